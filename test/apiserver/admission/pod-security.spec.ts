import { describe, expect, it } from 'vitest';
import { StatusError } from '../../../src/api/errors/status-error';
import type { PodSpec } from '../../../src/apiserver/admission/pod-security/check';
import { details, violations } from '../../../src/apiserver/admission/pod-security/evaluate';
import { PodSecurity } from '../../../src/apiserver/admission/pod-security/pod-security';
import type { Level } from '../../../src/apiserver/admission/pod-security/policy';
import { policyOf } from '../../../src/apiserver/admission/pod-security/policy';
import type { World } from './support';
import { clusterObject, inNamespace, pod, refusalOf, request, run } from './support';

const P = 'pod-security.kubernetes.io/';
const plugin = new PodSecurity();
const good = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
const tight = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
const fine = (more: object = {}, ofContainer: object = {}): PodSpec => ({ securityContext: good, containers: [{ name: 'c', securityContext: tight, ...ofContainer }], ...more });
const c = (securityContext: object): object => ({ securityContext: { ...tight, ...securityContext } });
const labelled = (labels: Record<string, string>, more: World = {}): World => ({ namespaces: [clusterObject('ns', {}, { labels })], ...more });

describe('policies of namespaces', () => {
  it('are read from labels', () => {
    expect(policyOf(undefined).policy.enforce.level).toBe('privileged');
    expect(policyOf({ [`${P}enforce`]: 'baseline', [`${P}enforce-version`]: 'v1.24' }).policy).toEqual({ enforce: { level: 'baseline', minor: 24 }, warn: { level: 'baseline', minor: 24 } });
    expect(policyOf({ [`${P}enforce`]: 'baseline', [`${P}warn-version`]: 'v1.20' }).policy.warn).toEqual({ level: 'baseline', minor: 20 });
    expect(policyOf({ [`${P}enforce`]: 'baseline', [`${P}warn`]: 'privileged' }).policy.warn.level).toBe('privileged');
  });

  it('are the safe ones when labels are wrong', () => {
    const { policy, errors } = policyOf({ [`${P}enforce`]: 'x', [`${P}warn`]: 'y', [`${P}audit-version`]: '1.2' });
    expect([policy.enforce.level, policy.warn.level]).toEqual(['restricted', 'privileged']);
    expect(errors.map((e) => `${e.field}: ${e.message}`)).toEqual([
      `metadata.labels[${P}enforce]: Invalid value: "x": must be one of privileged, baseline, restricted`,
      `metadata.labels[${P}audit-version]: Invalid value: "1.2": must be "latest" or "v1.x"`,
      `metadata.labels[${P}warn]: Invalid value: "y": must be one of privileged, baseline, restricted`,
    ]);
  });
});

describe('checks', () => {
  const found = (level: Level, spec: PodSpec, minor = Infinity, annotations?: Record<string, string>): string => details(violations({ level, minor }, spec, { annotations }));

  it('let a careful pod pass', () => {
    expect(found('restricted', fine())).toBe('');
    expect(found('privileged', { hostNetwork: true, containers: [] })).toBe('');
  });

  it.each<[PodSpec, string]>([
    [{ hostNetwork: true, hostPID: true, hostIPC: true }, 'host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)'],
    [{ volumes: [{ name: 'h', hostPath: {} }, { name: 'k', hostPath: {} }] }, 'hostPath volumes (volumes "h", "k")'],
    [fine({}, { ports: [{ hostPort: 8081 }, { hostPort: 80 }] }), 'hostPort (container "c" uses hostPorts 80, 8081)'],
    [fine({}, c({ privileged: true })), 'privileged (container "c" must not set securityContext.privileged=true)'],
    [fine({}, c({ capabilities: { add: ['SYS_ADMIN', 'NET_RAW', 'CHOWN'] } })), 'non-default capabilities (container "c" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add)'],
    [fine({}, c({ procMount: 'Unmasked' })), 'procMount (container "c" must not set securityContext.procMount to "Unmasked")'],
    [{ securityContext: { sysctls: [{ name: 'kernel.msgmax' }] } }, 'forbidden sysctls (kernel.msgmax)'],
    [{ securityContext: { seccompProfile: { type: 'Unconfined' } } }, 'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")'],
    [{ securityContext: { seLinuxOptions: { type: 'spc_t', user: 'u', role: 'r' } } }, 'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set; role may not be set)'],
    [fine({ securityContext: { appArmorProfile: { type: 'Unconfined' } } }, c({ appArmorProfile: { type: 'Unconfined' } })), 'forbidden AppArmor profile (pod and container "c" must not set AppArmor profile type to "Unconfined")'],
    [{ securityContext: { windowsOptions: { hostProcess: true } } }, 'hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)'],
    [fine({}, { livenessProbe: { httpGet: { host: 'b' } }, lifecycle: { preStop: { tcpSocket: { host: 'a' } } } }), 'probe or lifecycle host (container "c" uses probe or lifecycle hosts "a", "b")'],
  ])('baseline: %o', (spec, text) => {
    expect(found('baseline', spec)).toBe(text);
  });

  it.each<[PodSpec, string]>([
    [fine({ initContainers: [{ name: 'i', securityContext: tight }], securityContext: {} }), 'runAsNonRoot != true (pod or containers "i", "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or containers "i", "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")'],
    [fine({}, c({ runAsNonRoot: false })), 'runAsNonRoot != true (container "c" must not set securityContext.runAsNonRoot=false)'],
    [fine({ securityContext: { ...good, runAsUser: 0 } }), 'runAsUser=0 (pod must not set runAsUser=0)'],
    [fine({}, c({ capabilities: { drop: ['ALL'], add: ['CHOWN', 'NET_BIND_SERVICE'] } })), 'unrestricted capabilities (container "c" must not include "CHOWN" in securityContext.capabilities.add)'],
    [fine({}, { securityContext: {} }), 'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"])'],
    [fine({ volumes: [{ name: 'n', nfs: {} }, { name: 'h', hostPath: {} }, { name: 'e', emptyDir: {} }] }), 'restricted volume types (volumes "n", "h" use restricted volume types "hostPath", "nfs")'],
  ])('restricted: %o', (spec, text) => {
    expect(found('restricted', spec)).toBe(text);
  });

  it('are those of the version', () => {
    const windows = fine({ os: { name: 'windows' }, securityContext: { runAsNonRoot: true } }, { securityContext: {} });
    expect(found('restricted', windows)).toBe('');
    expect(found('restricted', windows, 24)).toContain('allowPrivilegeEscalation');
    const space = fine({ hostUsers: false, securityContext: { ...good, runAsNonRoot: false } }, c({ procMount: 'Unmasked' }));
    expect(found('baseline', space)).toBe('');
    expect(found('baseline', space, 34)).toContain('procMount');
    expect(found('restricted', space)).toBe('procMount (container "c" must not set securityContext.procMount to "Unmasked")');
    const keepalive = fine({ securityContext: { ...good, sysctls: [{ name: 'net.ipv4.tcp_keepalive_time' }] } });
    expect([found('baseline', keepalive, 28), found('baseline', keepalive, 29)]).toEqual(['forbidden sysctls (net.ipv4.tcp_keepalive_time)', '']);
    expect(found('baseline', fine(), 18, { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' })).toBe('seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")');
    expect(found('baseline', { securityContext: { seLinuxOptions: { type: 'container_engine_t' } } }, 30)).toContain('type "container_engine_t"');
  });
});

describe('PodSecurity', () => {
  const baseline = labelled({ [`${P}enforce`]: 'baseline', [`${P}warn`]: 'restricted' });

  it('refuses what is enforced and warns of the rest', async () => {
    expect(await refusalOf(plugin, request(baseline, { object: pod({ hostPID: true }) }))).toBe('pods "x" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)');
    const r = request(baseline, { object: pod({ securityContext: good }) });
    await run(plugin, r);
    expect(r.warnings).toEqual([
      'would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"])',
    ]);
  });

  it('only warns of templates', async () => {
    const template = { spec: { hostPID: true, containers: [] } };
    for (const [plural, spec] of [['deployments', { template }], ['cronjobs', { jobTemplate: { spec: { template } } }]] as const) {
      const r = request(baseline, { plural, object: { spec } });
      await run(plugin, r);
      expect(r.warnings[0]).toContain('would violate PodSecurity "restricted:latest": host namespaces (hostPID=true)');
    }
  });

  it('looks at updates that change containers', async () => {
    const update = (object: object, old: object, subresource?: string) => refusalOf(plugin, request(baseline, { operation: 'UPDATE', subresource, object: pod(object), old: pod(old) }));
    const bad = { hostPID: true };
    expect(await update(bad, bad)).toBe('');
    expect(await update({ ...bad, containers: [{ name: 'c', image: 'b' }] }, bad)).toContain('host namespaces');
    expect(await update({ ephemeralContainers: [{ name: 'e', securityContext: { privileged: true } }] }, {}, 'ephemeralcontainers')).toContain('container "e"');
    expect(await update({ ephemeralContainers: [{ name: 'e', securityContext: { privileged: true } }] }, {}, 'status')).toBe('');
  });

  it('wants labels that are right, unless they were wrong before', async () => {
    const write = async (now: string, before?: string): Promise<string> => {
      const labels = (v: string): object => ({ metadata: { labels: { [`${P}enforce`]: v } } });
      try {
        await run(plugin, request({}, { plural: 'namespaces', operation: before ? 'UPDATE' : 'CREATE', object: labels(now), ...(before ? { old: labels(before) } : {}) }));
        return '';
      } catch (e) {
        return `${(e as StatusError).code} ${(e as StatusError).message}`;
      }
    };
    const text = `422 Namespace "x" is invalid: metadata.labels[${P}enforce]: Invalid value: "bad": must be one of privileged, baseline, restricted`;
    expect([await write('bad'), await write('bad', 'baseline'), await write('bad', 'bad')]).toEqual([text, text, '']);
  });

  it('warns of the pods that a stricter level finds', async () => {
    const owner = (uid: string): object => ({ ownerReferences: [{ apiVersion: 'v1', kind: 'K', name: 'k', uid, controller: true }] });
    const pods = ['b', 'a', 'z'].map((name) => inNamespace(name, { spec: { hostPID: true } }, owner('1')));
    pods.push(inNamespace('p', { spec: { hostIPC: true, containers: [{ name: 'c', securityContext: { privileged: true } }] } }), inNamespace('ok', { spec: {} }));
    const change = async (now: string, before: string): Promise<string[]> => {
      const r = request({ pods }, { plural: 'namespaces', operation: 'UPDATE', object: { metadata: { name: 'ns', labels: { [`${P}enforce`]: now } } }, old: { metadata: { name: 'ns', labels: { [`${P}enforce`]: before } } } });
      await run(plugin, r);
      return r.warnings;
    };
    expect(await change('baseline', 'privileged')).toEqual([
      'existing pods in namespace "ns" violate the new PodSecurity enforce level "baseline:latest"',
      'a (and 2 other pods): host namespaces',
      'p: host namespaces, privileged',
    ]);
    expect(await change('baseline', 'restricted')).toEqual([]);
    expect(await change('baseline', 'baseline')).toEqual([]);
  });
});
