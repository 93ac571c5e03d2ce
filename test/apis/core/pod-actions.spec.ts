import { describe, expect, it } from 'vitest';
import { StatusError } from '../../../src/api/errors/status-error';
import { cloneJson } from '../../../src/api/meta/clone';
import type { KubeObject } from '../../../src/api/meta/object';
import { podBinding } from '../../../src/apis/core/pod/binding';
import { podEviction } from '../../../src/apis/core/pod/eviction';
import { pod } from '../../../src/apis/core/pod/pod';
import { serviceAccountResource } from '../../../src/apis/core/service-account';
import { serviceAccountToken, type TokenClaims } from '../../../src/apis/core/service-account-token';
import type { ActionContext, ActionSubresource, ResourceDefinition } from '../../../src/apiserver/registry/strategy';
import { KindUnderTest } from '../kind-under-test';

/** An object of a kind with one action, and what the action does to it and to others. */
class Stage {
  readonly kind: KindUnderTest;
  readonly deletions: object[] = [];
  constructor(
    definition: ResourceDefinition,
    private readonly action: ActionSubresource,
    public target: KubeObject,
  ) {
    this.kind = new KindUnderTest(definition);
  }

  async run(body: object): Promise<KubeObject | undefined> {
    const c: ActionContext = {
      ...this.kind.context('create').ctx,
      name: this.target.metadata.name!,
      target: () => this.target,
      updateTarget: async (change) => {
        const next = cloneJson(this.target);
        change(next);
        return (this.target = next);
      },
      updateOther: async (r, _ns, name, change) => {
        const next = cloneJson(this.kind.stored[`${r.resource}/${name}`]!);
        change(next);
        return (this.kind.stored[`${r.resource}/${name}`] = next);
      },
      deleteTarget: async (options) => void this.deletions.push(options ?? {}),
    };
    const object = { metadata: {}, ...body } as KubeObject;
    this.action.default?.(object);
    return this.action.create(c, object);
  }

  async refusal(body: object): Promise<StatusError> {
    return this.run(body).then(
      () => expect.fail('taken'),
      (e: StatusError) => e,
    );
  }
}

function somePod(fields: string, change: (o: KubeObject) => void = () => undefined): KubeObject {
  const o = new KindUnderTest(pod).decode(`{metadata: {uid: u1, labels: {app: web}}, spec: {containers: [{name: c, image: a}]${fields}}}`);
  o.status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  change(o);
  return o;
}

describe('pods/binding', () => {
  const bind = (target: KubeObject): Stage => new Stage(pod, podBinding, target);

  it('gives the pod its node, and what annotations and labels it brings', async () => {
    const stage = bind(somePod(''));
    await stage.run({ metadata: { name: 'x', annotations: { a: 'b' }, labels: { zone: 'z' } }, target: { kind: 'Node', name: 'n' } });
    expect(stage.target.spec.nodeName).toBe('n');
    expect(stage.target.metadata).toMatchObject({ annotations: { a: 'b' }, labels: { app: 'web', zone: 'z' } });
    expect(stage.target.status.conditions).toContainEqual({ type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: '2024-05-01T10:00:00Z' });
  });

  it('is for pods without node, gates or end', async () => {
    const binding = { metadata: { name: 'x' }, target: { name: 'n' } };
    expect((await bind(somePod(', nodeName: m')).refusal(binding)).message).toBe('Operation cannot be fulfilled on pods/binding "x": pod x is already assigned to node "m"');
    expect((await bind(somePod(', schedulingGates: [{name: g}]')).refusal(binding)).message).toMatch(/pod x has non-empty .spec.schedulingGates$/);
    expect((await bind(somePod('', (o) => void (o.metadata.deletionTimestamp = '2024-05-01T10:00:00Z'))).refusal(binding)).code).toBe(409);
    expect((await bind(somePod('')).refusal({ metadata: { name: 'x' }, target: {} })).message).toBe('target.name: Required value');
    expect((await bind(somePod('')).refusal({ metadata: { name: 'y' }, target: { name: 'n' } })).code).toBe(400);
    expect((await bind(somePod('')).refusal({ ...binding, metadata: { name: 'x', uid: 'u2' } })).message).toMatch(/UID in precondition: u2, UID in object meta: u1$/);
  });
});

describe('pods/eviction', () => {
  const eviction = { metadata: { name: 'x' } };
  const budget = (status: object, spec: object = {}): KubeObject => ({
    kind: 'PodDisruptionBudget',
    apiVersion: 'policy/v1',
    metadata: { name: 'b', namespace: 'ns', generation: 1 },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
    status: { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1, ...status },
  });
  const stage = (target: KubeObject, ...budgets: KubeObject[]): Stage => {
    const s = new Stage(pod, podEviction, target);
    budgets.forEach((b, i) => (s.kind.stored[`poddisruptionbudgets/${i ? `${b.metadata.name}${i}` : b.metadata.name}`] = b));
    return s;
  };

  it('deletes a pod that no budget speaks of, and marks it first', async () => {
    const s = stage(somePod(''));
    expect(await s.run(eviction)).toBeUndefined();
    expect(s.deletions).toHaveLength(1);
    expect(s.target.status.conditions).toContainEqual(expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }));
  });

  it('takes one disruption off the budget', async () => {
    const s = stage(somePod(''), budget({ disruptionsAllowed: 1 }));
    await s.run(eviction);
    expect(s.kind.stored['poddisruptionbudgets/b']!.status).toMatchObject({ disruptionsAllowed: 0, disruptedPods: { x: '2024-05-01T10:00:00Z' } });
    expect(s.deletions).toHaveLength(1);
  });

  it('is put off when the budget has nothing left', async () => {
    const s = stage(somePod(''), budget({}));
    const e = await s.refusal(eviction);
    expect([e.code, e.message]).toEqual([429, "Cannot evict pod as it would violate the pod's disruption budget."]);
    expect(e.status.details?.causes).toEqual([{ reason: 'DisruptionBudget', message: 'The disruption budget b needs 1 healthy pods and has 1 currently' }]);
    expect(s.deletions).toEqual([]);
  });

  it('waits for a budget that was changed meanwhile', async () => {
    const e = await stage(somePod(''), budget({ observedGeneration: 0, disruptionsAllowed: 1 })).refusal(eviction);
    expect(e.status.details).toMatchObject({ retryAfterSeconds: 10, causes: [{ message: 'The disruption budget b is still being processed by the server.' }] });
  });

  it('does not ask for pods that do no work', async () => {
    for (const phase of ['Pending', 'Succeeded', 'Failed']) {
      const s = stage(somePod('', (o) => void (o.status.phase = phase)), budget({}));
      await s.run(eviction);
      expect(s.deletions).toHaveLength(1);
    }
  });

  it('lets unhealthy pods go when enough others are well, or when the budget says so', async () => {
    const sick = somePod('', (o) => void (o.status.conditions = []));
    const s = stage(sick, budget({ currentHealthy: 1, desiredHealthy: 1 }));
    await s.run(eviction);
    expect(s.deletions).toHaveLength(1);
    expect((await stage(sick, budget({ currentHealthy: 0 })).refusal(eviction)).code).toBe(429);
    await stage(sick, budget({ currentHealthy: 0 }, { unhealthyPodEvictionPolicy: 'AlwaysAllow' })).run(eviction);
  });

  it('cannot serve two budgets', async () => {
    expect((await stage(somePod(''), budget({ disruptionsAllowed: 1 }), budget({ disruptionsAllowed: 1 })).refusal(eviction)).message).toBe(
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  });

  it('changes nothing in a dry run', async () => {
    const s = stage(somePod(''), budget({ disruptionsAllowed: 1 }));
    await s.run({ ...eviction, deleteOptions: { dryRun: ['All'] } });
    expect(s.deletions).toEqual([{ dryRun: ['All'] }]);
    expect(s.target.status.conditions).toHaveLength(1);
    expect(s.kind.stored['poddisruptionbudgets/b']!.status.disruptionsAllowed).toBe(1);
    expect((await stage(somePod(''), budget({})).refusal({ ...eviction, deleteOptions: { dryRun: ['All'] } })).code).toBe(429);
  });
});

describe('serviceaccounts/token', () => {
  let claims: TokenClaims | undefined;
  const action = serviceAccountToken({
    audiences: ['api'],
    issue(c) {
      claims = c;
      return 'signed';
    },
  });
  const account = (): KubeObject => ({ kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name: 'robot', namespace: 'ns', uid: 'u9' } });
  const stage = (): Stage => new Stage(serviceAccountResource(undefined), action, account());
  const now = Date.UTC(2024, 4, 1, 10) / 1000;

  it('is served only when somebody signs', () => {
    expect(serviceAccountResource(undefined).subresources).toBeUndefined();
    expect(Object.keys(serviceAccountResource({ audiences: [], issue: () => '' }).subresources!)).toEqual(['token']);
  });

  it('tells who the account is, for an hour', async () => {
    const answer = await stage().run({ spec: {} });
    expect(answer).toEqual({
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: 'robot', namespace: 'ns', uid: 'u9', creationTimestamp: '2024-05-01T10:00:00Z' },
      spec: { audiences: ['api'], expirationSeconds: 3600, boundObjectRef: null },
      status: { token: 'signed', expirationTimestamp: '2024-05-01T11:00:00Z' },
    });
    expect(claims).toEqual({
      aud: ['api'],
      exp: now + 3600,
      iat: now,
      nbf: now,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      sub: 'system:serviceaccount:ns:robot',
      'kubernetes.io': { namespace: 'ns', serviceaccount: { name: 'robot', uid: 'u9' } },
    });
  });

  it('lives as long as the pod that it is bound to, and a year when it is mounted there', async () => {
    const s = stage();
    s.kind.stored['pods/x'] = somePod(', serviceAccountName: robot, nodeName: n');
    await s.run({ spec: { expirationSeconds: 3607, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'x', uid: 'u1' } } });
    expect(claims).toMatchObject({ exp: now + 365 * 24 * 3600, 'kubernetes.io': { pod: { name: 'x', uid: 'u1' }, node: { name: 'n' }, warnafter: now + 3607 } });
    await s.run({ spec: { expirationSeconds: 3607, audiences: ['vault'], boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'x' } } });
    expect(claims!.exp).toBe(now + 3607);
  });

  it('is refused when the request is wrong', async () => {
    const s = stage();
    s.kind.stored['pods/x'] = somePod(', serviceAccountName: other');
    const message = async (body: object): Promise<string> => (await s.refusal(body)).message;
    expect(await message({ spec: { expirationSeconds: 599 } })).toBe('TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes');
    expect(await message({ metadata: { name: 'x' }, spec: {} })).toBe('TokenRequest.authentication.k8s.io "robot" is invalid: metadata.name: Invalid value: "x": must match the service account name if specified');
    expect(await message({ spec: { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'none' } } })).toBe('pods "none" not found');
    expect(await message({ spec: { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'x' } } })).toBe('cannot bind token for serviceaccount "robot" to pod running with different serviceaccount name.');
    expect(await message({ spec: { boundObjectRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' } } })).toBe('cannot bind token to object of type apps/v1, Kind=Deployment');
    s.kind.stored['nodes/n'] = { kind: 'Node', apiVersion: 'v1', metadata: { name: 'n', uid: 'u5' } };
    expect(await message({ spec: { boundObjectRef: { apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u6' } } })).toMatch(/the UID in the bound object reference \(u6\) does not match the UID in record/);
  });
});
