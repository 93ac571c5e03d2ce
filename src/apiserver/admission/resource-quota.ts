import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceList } from '../../api/quota/resource-list';
import type { Client } from '../../client/client';
import type { ResourceDefinition } from '../registry/strategy';
import type { AdmissionPlugin, AdmissionRequest, Operation } from './admission';
import { charge } from './quota-charge';
import type { ResourceQuota } from './quota-charge';

const QUOTAS = { group: '', version: 'v1', resource: 'resourcequotas' };
/** How often the same requests are charged anew because somebody else wrote the quota meanwhile. */
const RETRIES = 3;

interface Waiter {
  request: AdmissionRequest;
  resolve(): void;
  reject(e: unknown): void;
}

/**
 * ResourceQuota: what a write would use is charged to the namespace's quotas before it is stored, and refused when it is too much.
 * The requests that come while a namespace's quotas are being written are charged together with the next write. What is no longer used
 * is given back by the resource quota controller.
 */
export class ResourceQuotaAdmission implements AdmissionPlugin {
  readonly name = 'ResourceQuota';
  private client: Client | undefined;
  /** Requests that wait, by namespace; present while the namespace's quotas are being written. */
  private readonly waiting = new Map<string, Waiter[]>();

  useClient(client: Client): void {
    this.client = client;
  }

  handles(d: ResourceDefinition, operation: Operation, subresource: string | undefined): boolean {
    if (!d.namespaced || d.plural === 'events') return false;
    if (operation === 'CREATE') return subresource === undefined;
    if (operation !== 'UPDATE' || d.gvk.group !== '') return false;
    if (d.plural === 'pods') return subresource === undefined || subresource === 'resize';
    if (d.plural === 'services') return subresource === undefined;
    return d.plural === 'persistentvolumeclaims' && (subresource === undefined || subresource === 'status');
  }

  validate(r: AdmissionRequest): void | Promise<void> {
    if (!r.ctx.lookup.list(QUOTAS, r.namespace).length || !changesUse(r)) return;
    return new Promise((resolve, reject) => {
      const waiter = { request: r, resolve, reject };
      const namespace = r.namespace!;
      const line = this.waiting.get(namespace);
      if (line) {
        line.push(waiter);
        return;
      }
      this.waiting.set(namespace, [waiter]);
      void this.serve(namespace);
    });
  }

  private async serve(namespace: string): Promise<void> {
    for (;;) {
      const batch = this.waiting.get(namespace)!;
      if (!batch.length) break;
      this.waiting.set(namespace, []);
      try {
        await this.chargeAll(namespace, batch, undefined, RETRIES);
      } catch (e) {
        for (const w of batch) w.reject(e);
      }
    }
    this.waiting.delete(namespace);
  }

  /** Decides about every request of the batch. `only`: names of the quotas that are still to be charged; undefined: all. */
  private async chargeAll(namespace: string, batch: readonly Waiter[], only: ReadonlySet<string> | undefined, retries: number): Promise<void> {
    const stored = batch[0]!.request.ctx.lookup.list(QUOTAS, namespace) as readonly ResourceQuota[];
    const before = only ? stored.filter((q) => only.has(q.metadata.name!)) : stored;
    let quotas = before;
    const charged: Waiter[] = [];
    for (const w of batch) {
      let used: Map<string, ResourceList>;
      try {
        used = charge(quotas, w.request);
      } catch (e) {
        w.reject(e);
        continue;
      }
      if (used.size === 0 || w.request.dryRun) {
        w.resolve();
        continue;
      }
      quotas = quotas.map((q) => (used.has(q.metadata.name!) ? { ...q, status: { ...q.status, used: used.get(q.metadata.name!)! } } : q));
      charged.push(w);
    }
    if (!charged.length) return;
    const failed = await this.write(quotas.filter((q, i) => q !== before[i]));
    if (!failed) for (const w of charged) w.resolve();
    else if (retries === 0) for (const w of charged) w.reject(failed.error);
    else await this.chargeAll(namespace, charged, failed.names, retries - 1);
  }

  /** Stores what is used; undefined when all went well. */
  private async write(quotas: readonly ResourceQuota[]): Promise<{ names: ReadonlySet<string>; error: unknown } | undefined> {
    if (!this.client) throw new Error('admission plugin ResourceQuota was given no client: it cannot keep count');
    const { client } = this;
    const names = new Set<string>();
    let error: unknown;
    await Promise.all(
      quotas.map(async (q) => {
        try {
          await client.update(QUOTAS, q, { subresource: 'status' });
        } catch (e) {
          // A quota that is gone limits nobody.
          if (isReason(e, 'NotFound')) return;
          names.add(q.metadata.name!);
          error = e;
        }
      }),
    );
    return names.size ? { names, error } : undefined;
  }
}

/** Updates that cannot change what an object uses are not counted again. */
function changesUse(r: AdmissionRequest): boolean {
  if (r.operation === 'CREATE') return true;
  if (r.definition.plural === 'pods') return r.subresource === 'resize' || hasDeadline(r.object!) !== hasDeadline(r.old!);
  if (r.subresource !== 'status') return true;
  return claimStatus(r.object!) !== claimStatus(r.old!);
}

function hasDeadline(pod: KubeObject): boolean {
  return pod['spec'].activeDeadlineSeconds !== undefined;
}

/** What a claim's status has to do with quotas. */
function claimStatus(claim: KubeObject): string {
  const s = claim['status'] as { allocatedResources?: ResourceList; currentVolumeAttributesClassName?: string; modifyVolumeStatus?: { targetVolumeAttributesClassName?: string } } | undefined;
  return JSON.stringify([s?.allocatedResources?.['storage'], s?.currentVolumeAttributesClassName, s?.modifyVolumeStatus?.targetVolumeAttributesClassName]);
}
