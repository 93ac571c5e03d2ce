import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import { compareQuantity } from '../../api/quantity';
import type { ResourceList } from '../../api/quota/resource-list';
import { addLists, maskList } from '../../api/quota/resource-list';
import type { QuotaSpec } from '../../api/quota/scopes';
import { inScopes } from '../../api/quota/scopes';
import { resourceOfQuotaName, usageOf } from '../../api/quota/usage';
import type { Component, ComponentContext } from '../../client/component';
import { sameJson } from '../../client/equality';
import type { Informer } from '../../client/informer';
import { QueueComponent } from '../../client/queue-component';
import { RESOURCE_QUOTAS } from '../../client/resources';
import type { WorkQueue } from '../../client/work-queue';
import type { ServedResource } from '../shared/all-resources';
import { AllInformers, AllResources } from '../shared/all-resources';
import { isPodFinished } from '../shared/pod';
import type { Pod } from '../shared/types';

/** What is used less is counted anew after this time; several changes are looked at together. */
const LESS = 50;
/** What is used more is counted at admission already: this only makes sure, when the rush is over. */
const MORE = 500;

interface ResourceQuota extends KubeObject {
  spec: QuotaSpec;
  status: { hard?: ResourceList; used?: ResourceList };
}

class ResourceQuotaController implements Component {
  readonly name = 'resourcequota-controller';
  private readonly quotas: Informer<ResourceQuota>;
  private readonly all: AllResources;
  private readonly informers: AllInformers;
  private readonly work: QueueComponent;

  constructor(private readonly x: ComponentContext) {
    this.quotas = x.caches.informer<ResourceQuota>(RESOURCE_QUOTAS);
    this.all = new AllResources(x);
    this.work = new QueueComponent({
      ...x,
      name: this.name,
      setup: (queue) => {
        const add = (q: ResourceQuota): void => queue.add(keyOf(q));
        return [
          this.quotas.subscribe({
            added: add,
            // Its own counts come back as changes too; only a new intent is news.
            updated: (q, old) => {
              if (!sameJson(q.spec, old.spec) || !sameJson(q.spec.hard, q.status.hard)) add(q);
            },
          }),
        ];
      },
      reconcile: (key) => this.reconcile(key),
    });
    this.informers = new AllInformers(
      this.all,
      x.caches,
      (r) => r.namespaced && r.gvr.resource !== 'events',
      (informer, r) =>
        informer.subscribe({
          added: (o) => this.changed(o, r, MORE),
          deleted: (o) => this.changed(o, r, LESS),
          updated: (o, old) => {
            if (usesDiffer(r, o, old)) this.changed(o, r, LESS);
          },
        }),
    );
    this.all.onChange(() => this.quotas.list().forEach((q) => this.queue.add(keyOf(q))));
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.all.start(signal);
    this.informers.update();
    await this.work.start(signal);
  }

  async stop(): Promise<void> {
    this.all.stop();
    this.informers.stop();
    await this.work.stop();
  }

  ready(): boolean {
    return this.work.ready();
  }

  private get queue(): WorkQueue {
    return this.work.queue;
  }

  private changed(o: KubeObject, r: ServedResource, ms: number): void {
    for (const q of this.quotas.list(o.metadata.namespace)) {
      if (Object.keys(q.spec.hard ?? {}).some((name) => concerns(name, r))) this.queue.addAfter(keyOf(q), ms);
    }
  }

  private async reconcile(key: string): Promise<void> {
    const q = this.quotas.get(key);
    if (!q) return;
    const hard = q.spec.hard ?? {};
    const used = maskList({ ...q.status.used, ...this.count(q, Object.keys(hard)) }, Object.keys(hard));
    const settled = q.status.hard !== undefined && q.status.used !== undefined && sameJson(hard, q.status.hard) && sameAmounts(used, q.status.used);
    if (settled) return;
    try {
      await this.x.client.update(RESOURCE_QUOTAS, { ...q, status: { hard, used } }, { subresource: 'status' });
    } catch (e) {
      if (!isReason(e, 'NotFound')) throw e;
    }
  }

  /** What is used of those names that can be counted. */
  private count(q: ResourceQuota, names: readonly string[]): ResourceList {
    const now = this.x.clock.now();
    let used: ResourceList = {};
    for (const { resource, informer } of this.informers.list()) {
      const mine = names.filter((n) => concerns(n, resource));
      if (mine.length === 0 || !informer.synced) continue;
      let sum: ResourceList = Object.fromEntries(mine.map((n) => [n, '0']));
      for (const o of informer.list(q.metadata.namespace)) {
        if (inScopes(resource.gvr.resource, o, q.spec)) sum = addLists(sum, maskList(usageOf(resource.gvr, o, now), mine));
      }
      used = { ...used, ...sum };
    }
    return used;
  }
}

function concerns(name: string, r: ServedResource): boolean {
  const of = resourceOfQuotaName(name);
  return of !== undefined && of.resource === r.gvr.resource && of.group === r.gvr.group;
}

/** A change of an object that changes what it uses. */
function usesDiffer(r: ServedResource, o: KubeObject, old: KubeObject): boolean {
  if (r.gvr.group !== '') return false;
  switch (r.gvr.resource) {
    case 'pods':
      return isPodFinished(o as Pod) !== isPodFinished(old as Pod) || !sameResources(o, old);
    case 'services':
      return !sameJson(o['spec'], old['spec']);
    case 'persistentvolumeclaims':
      return !sameJson(o['spec']?.resources, old['spec']?.resources) || !sameJson(o['status']?.allocatedResources, old['status']?.allocatedResources);
    default:
      return false;
  }
}

/** A pod's resources can only change by a resize, which is a new generation. */
function sameResources(o: KubeObject, old: KubeObject): boolean {
  return o.metadata.generation === old.metadata.generation || sameJson(o['spec']?.containers, old['spec']?.containers);
}

function sameAmounts(a: ResourceList, b: ResourceList): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((n) => b[n] !== undefined && compareQuantity(a[n]!, b[n]) === 0);
}

/** Counts what namespaces use of their ResourceQuotas. */
export function createResourceQuotaController(x: ComponentContext): Component {
  return new ResourceQuotaController(x);
}
