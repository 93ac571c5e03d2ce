import type { KubeObject } from '../../api/meta/object';
import { compareQuantity, subQuantity } from '../../api/quantity';
import { addLists, maskList } from '../../api/quota/resource-list';
import type { ResourceList } from '../../api/quota/resource-list';
import { inScopes } from '../../api/quota/scopes';
import type { QuotaSpec } from '../../api/quota/scopes';
import { resourceOfQuotaName, usageOf } from '../../api/quota/usage';
import type { AdmissionRequest } from './admission';
import { refusal } from './refusal';

export interface ResourceQuota extends KubeObject {
  spec: QuotaSpec;
  status?: { hard?: ResourceList; used?: ResourceList };
}

/** Amounts that every container has to name where a quota counts them: a mistake that upstream keeps for compatibility. */
const MUST_BE_NAMED = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']);

interface Container {
  name: string;
  resources?: { requests?: ResourceList; limits?: ResourceList };
}

/**
 * What a request would bring `quotas` to: `status.used` anew by quota name, of those it changes.
 * @throws Forbidden when it exceeds one of them, leaves out what one counts, or when it is not known yet what is used
 */
export function charge(quotas: readonly ResourceQuota[], r: AdmissionRequest): Map<string, ResourceList> {
  const resource = { group: r.definition.gvk.group, resource: r.definition.plural };
  const out = new Map<string, ResourceList>();
  const touched: ResourceQuota[] = [];
  for (const q of quotas) {
    const names = countedFor(q, resource);
    if (!names.length || !inScopes(scopeKind(resource), r.object!, q.spec)) continue;
    const unnamed = resource.group === '' && resource.resource === 'pods' ? unnamedAmounts(r.object!, names) : '';
    if (unnamed) throw refusal(r, `failed quota: ${q.metadata.name}: must specify ${unnamed}`);
    if (names.some((n) => q.status?.used?.[n] === undefined)) throw refusal(r, `status unknown for quota: ${q.metadata.name}, resources: ${[...names].sort().join(',')}`);
    touched.push(q);
  }
  if (!touched.length) return out;
  const now = r.ctx.clock.now();
  const usage = usageOf(resource, r.object!, now);
  const negative = Object.keys(usage).filter((n) => compareQuantity(usage[n]!, 0) < 0);
  if (negative.length) throw refusal(r, `quota usage is negative for resource(s): ${negative.sort().join(',')}`);
  const more = r.operation === 'UPDATE' ? increase(usage, usageOf(resource, r.old!, now)) : usage;
  for (const q of touched) {
    // An object that was not counted here before is counted as a whole.
    const counted = r.operation === 'UPDATE' && inScopes(scopeKind(resource), r.old!, q.spec) ? more : usage;
    const asked = maskList(withoutZeros(counted), Object.keys(q.status!.hard!));
    if (!Object.keys(asked).length) continue;
    const used = addLists(q.status!.used!, asked);
    if (r.subresource !== 'status') refuseExcess(r, q, asked, used);
    out.set(q.metadata.name!, used);
  }
  return out;
}

/** Names in the quota that objects of this resource use. */
export function countedFor(q: ResourceQuota, r: { group: string; resource: string }): string[] {
  return Object.keys(q.status?.hard ?? {}).filter((name) => {
    const of = resourceOfQuotaName(name);
    return of?.resource === r.resource && of.group === r.group;
  });
}

/** Scopes are only of core kinds. */
function scopeKind(r: { group: string; resource: string }): string {
  return r.group === '' ? r.resource : `${r.resource}.${r.group}`;
}

function refuseExcess(r: AdmissionRequest, q: ResourceQuota, asked: ResourceList, used: ResourceList): void {
  const hard = q.status!.hard!;
  const exceeded = Object.keys(asked).filter((n) => compareQuantity(used[n]!, hard[n]!) > 0);
  if (!exceeded.length) return;
  const show = (list: ResourceList): string => exceeded.sort().filter((n) => list[n] !== undefined).map((n) => `${n}=${list[n]}`).join(',');
  throw refusal(r, `exceeded quota: ${q.metadata.name}, requested: ${show(asked)}, used: ${show(q.status!.used!)}, limited: ${show(hard)}`);
}

/** `a` less `b`, never below zero. */
function increase(a: ResourceList, b: ResourceList): ResourceList {
  const out: ResourceList = {};
  for (const [name, amount] of Object.entries(a)) {
    const before = b[name];
    out[name] = before === undefined ? amount : compareQuantity(amount, before) > 0 ? subQuantity(amount, before) : '0';
  }
  return out;
}

function withoutZeros(list: ResourceList): ResourceList {
  const out: ResourceList = {};
  for (const [name, amount] of Object.entries(list)) if (compareQuantity(amount, 0) !== 0) out[name] = amount;
  return out;
}

/** 'limits.memory for: a,b; requests.cpu for: a': what the quota counts and containers do not name; '' when nothing is missing. */
function unnamedAmounts(pod: KubeObject, names: readonly string[]): string {
  const required = names.filter((n) => MUST_BE_NAMED.has(n)).sort();
  if (!required.length || hasPodLevelResources(pod)) return '';
  const containers = [...((pod['spec'].containers as Container[] | undefined) ?? []), ...((pod['spec'].initContainers as Container[] | undefined) ?? [])];
  const complaints: string[] = [];
  for (const name of required) {
    const [kind, what] = name.startsWith('limits.') ? (['limits', name.slice(7)] as const) : (['requests', name.replace('requests.', '')] as const);
    const without = containers.filter((c) => c.resources?.[kind]?.[what] === undefined).map((c) => c.name);
    if (without.length) complaints.push(`${name} for: ${[...new Set(without)].sort().join(',')}`);
  }
  return complaints.join('; ');
}

function hasPodLevelResources(pod: KubeObject): boolean {
  const { requests, limits } = (pod['spec'].resources ?? {}) as { requests?: ResourceList; limits?: ResourceList };
  return [...Object.keys(requests ?? {}), ...Object.keys(limits ?? {})].some((n) => n === 'cpu' || n === 'memory' || n.startsWith('hugepages-'));
}
