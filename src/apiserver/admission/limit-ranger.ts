import type { KubeObject } from '../../api/meta/object';
import { podResources } from '../../api/quota/pod-resources';
import type { ResourceList } from '../../api/quota/resource-list';
import type { ResourceDefinition } from '../registry/strategy';
import type { AdmissionPlugin, AdmissionRequest, Operation } from './admission';
import { claimComplaints, limitComplaints } from './limit-constraints';
import type { LimitRangeItem } from './limit-constraints';
import { aggregate, refusal } from './refusal';

const LIMIT_RANGES = { group: '', version: 'v1', resource: 'limitranges' };
const ANNOTATION = 'kubernetes.io/limit-ranger';

interface Container {
  name: string;
  resources?: { requests?: ResourceList; limits?: ResourceList };
}

/**
 * LimitRanger: containers that say nothing get the defaults of the namespace's LimitRanges, and what asks for too little or too much
 * is refused. A pod is looked at when it is created or resized, a claim at every write; what is being deleted is left alone.
 */
export class LimitRanger implements AdmissionPlugin {
  readonly name = 'LimitRanger';

  handles(d: ResourceDefinition, operation: Operation, subresource: string | undefined): boolean {
    if (d.gvk.group !== '') return false;
    if (d.plural === 'pods') return (operation === 'CREATE' && subresource === undefined) || (operation === 'UPDATE' && subresource === 'resize');
    return d.plural === 'persistentvolumeclaims' && (operation === 'CREATE' || operation === 'UPDATE') && subresource === undefined;
  }

  admit(r: AdmissionRequest): void {
    if (r.definition.plural === 'pods') for (const range of rangesFor(r)) applyDefaults(r.object!, limitsOf(range));
  }

  validate(r: AdmissionRequest): void {
    for (const range of rangesFor(r)) {
      const complaints = r.definition.plural === 'pods' ? podComplaints(limitsOf(range), r.object!) : storageComplaints(limitsOf(range), r.object!);
      if (complaints.length) throw refusal(r, aggregate(complaints));
    }
  }
}

function rangesFor(r: AdmissionRequest): readonly KubeObject[] {
  const found = r.ctx.lookup.list(LIMIT_RANGES, r.namespace);
  return found.length && r.old?.metadata.deletionTimestamp !== undefined ? [] : found;
}

function limitsOf(range: KubeObject): readonly LimitRangeItem[] {
  return (range['spec']?.limits as LimitRangeItem[] | undefined) ?? [];
}

function applyDefaults(pod: KubeObject, items: readonly LimitRangeItem[]): void {
  const requests: ResourceList = {};
  const limits: ResourceList = {};
  for (const item of items) {
    if (item.type !== 'Container') continue;
    Object.assign(requests, item.defaultRequest);
    Object.assign(limits, item.default);
  }
  const done: string[] = [];
  for (const c of (pod['spec'].containers as Container[] | undefined) ?? []) complete(c, 'container', requests, limits, done);
  for (const c of (pod['spec'].initContainers as Container[] | undefined) ?? []) complete(c, 'init container', requests, limits, done);
  if (done.length) pod.metadata.annotations = { ...pod.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${done.join('; ')}` };
}

function complete(c: Container, what: string, requests: ResourceList, limits: ResourceList, done: string[]): void {
  const note = (kind: 'requests' | 'limits', defaults: ResourceList): void => {
    const missing = Object.keys(defaults).filter((name) => c.resources?.[kind]?.[name] === undefined).sort();
    if (!missing.length) return;
    const list = ((c.resources ??= {})[kind] ??= {});
    for (const name of missing) list[name] = defaults[name]!;
    done.push(`${missing.join(', ')} ${kind.slice(0, -1)} for ${what} ${c.name}`);
  };
  note('requests', requests);
  note('limits', limits);
}

function podComplaints(items: readonly LimitRangeItem[], pod: KubeObject): string[] {
  const out: string[] = [];
  for (const item of items) {
    if (item.type === 'Container') {
      for (const kind of ['containers', 'initContainers']) {
        for (const c of (pod['spec'][kind] as Container[] | undefined) ?? []) out.push(...limitComplaints(item, c.resources?.requests, c.resources?.limits));
      }
    } else if (item.type === 'Pod') {
      // The overhead is not the user's to limit.
      const bare = { ...pod, spec: { ...(pod['spec'] as object), overhead: undefined } };
      out.push(...limitComplaints(item, podResources(bare, 'requests'), podResources(bare, 'limits')));
    }
  }
  return out;
}

function storageComplaints(items: readonly LimitRangeItem[], claim: KubeObject): string[] {
  return items.filter((i) => i.type === 'PersistentVolumeClaim').flatMap((i) => claimComplaints(i, claim['spec']?.resources?.requests as ResourceList | undefined));
}
