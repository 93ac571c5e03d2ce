import { invalidValue } from '../../../api/errors/field-error';
import { badRequest, conflict, forbidden, invalid, StatusError, tooManyRequests } from '../../../api/errors/status-error';
import { formatTime } from '../../../api/meta/time';
import type { KubeObject } from '../../../api/meta/object';
import { selectorFrom } from '../../../api/selectors/label-selector';
import type { ActionContext, ActionSubresource } from '../../../apiserver/registry/strategy';
import type { Raw } from '../../shared/raw';
import { podCondition, setPodCondition } from './create';

const BUDGETS = { group: 'policy', version: 'v1', resource: 'poddisruptionbudgets' };
const EVICTION = { group: 'policy', kind: 'Eviction' };
const MAX_DISRUPTED = 2000;
const REFUSED = "Cannot evict pod as it would violate the pod's disruption budget.";

interface DeleteOptions {
  dryRun?: string[];
  ignoreStoreReadErrorWithClusterBreakingPotential?: boolean;
  preconditions?: { uid?: string; resourceVersion?: string };
}

function budgetsOf(c: ActionContext, pod: KubeObject): KubeObject[] {
  return c.lookup.list(BUDGETS, pod.metadata.namespace).filter((b) => selectorFrom(b.spec?.selector).matches(pod.metadata.labels));
}

/** Pods that do no work yet, or no more, may go whatever the budget says. */
function needsNoBudget(pod: KubeObject): boolean {
  return !!pod.metadata.deletionTimestamp || ['Succeeded', 'Failed', 'Pending'].includes(pod.status?.phase as string);
}

function isReady(pod: KubeObject): boolean {
  return ((pod.status?.conditions ?? []) as Raw[]).some((k) => k.type === 'Ready' && k.status === 'True');
}

/** An unhealthy pod may go when the application is healthy without it, or when the budget does not care. */
function unhealthyMayGo(pod: KubeObject, budget: KubeObject): boolean {
  if (isReady(pod)) return false;
  const { currentHealthy = 0, desiredHealthy = 0 } = (budget.status ?? {}) as { currentHealthy?: number; desiredHealthy?: number };
  return budget.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow' || (currentHealthy >= desiredHealthy && desiredHealthy > 0);
}

function whyNot(budget: KubeObject): string {
  const name = budget.metadata.name;
  const status = (budget.status ?? {}) as Raw;
  const healthy = (status.currentHealthy ?? 0) as number;
  const desired = (status.desiredHealthy ?? 0) as number;
  const k = ((status.conditions ?? []) as Raw[]).find((x) => x.type === 'DisruptionAllowed');
  const told = k?.status === 'False' && k.message;
  if (told && k.reason === 'SyncFailed') return `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${k.message}`;
  if (healthy <= desired) return `The disruption budget ${name} needs ${desired} healthy pods and has ${healthy} currently`;
  if (told) return `The disruption budget ${name} does not allow evicting pods currently (${k.reason}): ${k.message}`;
  return `The disruption budget ${name} does not allow evicting pods currently`;
}

/** Takes one disruption off the budget. @throws StatusError when there is none left, or the budget is out of date */
function takeDisruption(c: ActionContext, budget: KubeObject): void {
  const name = budget.metadata.name!;
  const status = (budget.status ??= {}) as Raw;
  const gr = { group: 'policy', resource: 'poddisruptionbudget' };
  const cause = (message: string): { reason: string; message: string } => ({ reason: 'DisruptionBudget', message });
  if ((status.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) {
    throw tooManyRequests(REFUSED, 10, [cause(`The disruption budget ${name} is still being processed by the server.`)]);
  }
  const allowed = (status.disruptionsAllowed ?? 0) as number;
  if (allowed < 0) throw forbidden(gr, name, 'pdb disruptions allowed is negative');
  if (Object.keys((status.disruptedPods ?? {}) as object).length > MAX_DISRUPTED) {
    throw forbidden(gr, name, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  }
  if (allowed === 0) throw tooManyRequests(REFUSED, 0, [cause(whyNot(budget))]);
  const now = formatTime(c.clock.now());
  status.disruptionsAllowed = allowed - 1;
  if (allowed === 1) markExhausted(status, now);
  status.disruptedPods = { ...(status.disruptedPods as Raw | undefined), [c.name]: now };
}

function markExhausted(status: Raw, now: string): void {
  const list = (status.conditions ?? []) as Raw[];
  const i = list.findIndex((k) => k.type === 'DisruptionAllowed');
  const since = i >= 0 && list[i]!.status === 'False' ? (list[i]!.lastTransitionTime as string) : now;
  const k: Raw = {
    type: 'DisruptionAllowed',
    status: 'False',
    observedGeneration: status.observedGeneration,
    lastTransitionTime: since,
    reason: 'InsufficientPods',
    message: i >= 0 ? list[i]!.message : '',
  };
  status.conditions = i < 0 ? [...list, k] : list.with(i, k);
}

function checkPreconditions(pod: KubeObject, p: DeleteOptions['preconditions']): void {
  const gr = { group: '', resource: 'Pod' };
  const { uid, resourceVersion } = pod.metadata;
  const fail = (what: string, wanted: string, is: string | undefined, hint: string): StatusError =>
    conflict(gr, pod.metadata.name!, `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${is}). The object might have been ${hint}`);
  if (p?.uid && p.uid !== uid) throw fail('UID', p.uid, uid, 'deleted and then recreated');
  if (p?.resourceVersion && p.resourceVersion !== resourceVersion) throw fail('ResourceVersion', p.resourceVersion, resourceVersion, 'modified');
}

/** Marks the pod as disrupted and deletes it. */
async function evict(c: ActionContext, options: DeleteOptions): Promise<void> {
  let preconditions = options.preconditions;
  const stored = await c.updateTarget((pod) => {
    checkPreconditions(pod, preconditions);
    setPodCondition((pod.status ??= {}) as Raw, podCondition(c.clock.now(), 'DisruptionTarget', 'True', 'EvictionByEvictionAPI', 'Eviction API: evicting'));
  });
  if (preconditions?.resourceVersion) preconditions = { ...preconditions, resourceVersion: stored.metadata.resourceVersion };
  await c.deleteTarget({ ...options, preconditions });
}

/** pods/eviction: deletes a pod unless that would break its disruption budget. */
export const podEviction: ActionSubresource = {
  type: 'action',
  gvk: { group: 'policy', version: 'v1', kind: 'Eviction' },
  alsoAccepts: ['policy/v1beta1'],
  schema: 'io.k8s.api.policy.v1.Eviction',
  async create(c, eviction) {
    if (eviction.metadata.name !== c.name) throw badRequest('name in URL does not match name in Eviction object');
    const options = (eviction.deleteOptions ?? {}) as DeleteOptions;
    if (options.ignoreStoreReadErrorWithClusterBreakingPotential) throw invalid(EVICTION, c.name, [invalidValue('deleteOptions.ignoreStoreReadErrorWithClusterBreakingPotential', true, 'can not be set for pod eviction, try after removing the option')]);
    const dryRun = c.dryRun || !!options.dryRun?.length;
    const pod = c.target();
    if (!needsNoBudget(pod)) {
      const budgets = budgetsOf(c, pod);
      if (budgets.length > 1) {
        throw new StatusError(500, undefined, 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.');
      }
      const budget = budgets[0];
      if (budget && !unhealthyMayGo(pod, budget)) {
        if (dryRun) takeDisruption(c, structuredClone(budget));
        else await c.updateOther(BUDGETS, budget.metadata.namespace, budget.metadata.name!, (b) => takeDisruption(c, b));
      }
    }
    if (dryRun) await c.deleteTarget(options);
    else await evict(c, options);
    return undefined;
  },
};
