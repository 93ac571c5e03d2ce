import { createHash } from 'node:crypto';
import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { formatTime } from '../../api/meta/time';
import type { Client } from '../../client/client';
import type { Informer } from '../../client/informer';
import { PODS } from '../../client/resources';
import type { Clock } from '../../util/clock';
import type { ManagedNode } from '../node/managed-node';
import type { WriteQueue } from '../write-queue';
import { HASH, MIRROR, SOURCE } from './mirror';

const SEEN = 'kubernetes.io/config.seen';

/** A pod that nodes run on their own account. */
export interface StaticManifest {
  /** The node that runs it; every node when absent. */
  node?: string;
  pod: KubeObject;
}

/** Sees to it that the API server shows what nodes run from manifests of their own: a mirror pod each, made again when it is deleted. */
export class StaticPods {
  private readonly wanted = new Map<string, { node: ManagedNode; manifest: KubeObject; hash: string }>();

  constructor(
    private readonly x: { client: Client; clock: Clock; writes: WriteQueue },
    private readonly manifests: readonly StaticManifest[],
    private readonly pods: Informer,
  ) {}

  /** Whether the pod mirrors one that its node still runs. */
  wants(pod: KubeObject): boolean {
    const w = this.wanted.get(keyOf(pod.metadata));
    return w !== undefined && pod.metadata.annotations?.[MIRROR] === w.hash;
  }

  nodeCame(node: ManagedNode): void {
    for (const m of this.manifests) {
      if (m.node !== undefined && m.node !== node.name) continue;
      const { name, namespace = 'default' } = m.pod.metadata;
      const key = `${namespace}/${name}-${node.name.toLowerCase()}`;
      this.wanted.set(key, { node, manifest: m.pod, hash: createHash('md5').update(`${node.name} ${JSON.stringify(m.pod)}`).digest('hex') });
      this.ensure(key);
    }
  }

  nodeGone(name: string): void {
    for (const [key, w] of this.wanted) if (w.node.name === name) this.wanted.delete(key);
  }

  /** A mirror is gone: another one takes its place. */
  deleted(pod: KubeObject): void {
    const key = keyOf(pod.metadata);
    if (this.wanted.has(key)) this.ensure(key);
  }

  /** Deletes a mirror of what no node runs any more. */
  forget(pod: KubeObject): void {
    const { namespace, name, uid } = pod.metadata;
    this.x.writes.push(`static ${keyOf(pod.metadata)}`, { what: `mirror pod ${keyOf(pod.metadata)}`, send: () => this.x.client.delete(PODS, namespace, name!, { gracePeriodSeconds: 0, preconditions: { uid: uid! } }) });
  }

  private ensure(key: string): void {
    this.x.writes.push(`static ${key}`, { what: `mirror of static pod ${key}`, send: () => this.write(key) });
  }

  private write(key: string): Promise<unknown> | undefined {
    const w = this.wanted.get(key);
    if (!w) return undefined;
    const found = this.pods.get(key);
    if (found && this.wants(found) && !found.metadata.deletionTimestamp) return undefined;
    // One that mirrors something else has to go first; its end brings us here again.
    if (found) return this.x.client.delete(PODS, found.metadata.namespace, found.metadata.name!, { gracePeriodSeconds: 0, preconditions: { uid: found.metadata.uid! } });
    return this.x.client.create(PODS, this.mirrorOf(key, w)).catch((e: unknown) => {
      if (!isReason(e, 'AlreadyExists')) throw e;
    });
  }

  private mirrorOf(key: string, w: { node: ManagedNode; manifest: KubeObject; hash: string }): KubeObject {
    const { manifest, node, hash } = w;
    const [namespace, name] = key.split('/') as [string, string];
    const annotations = { ...manifest.metadata.annotations, [HASH]: hash, [MIRROR]: hash, [SEEN]: formatTime(this.x.clock.now()), [SOURCE]: 'file' };
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: node.name, uid: node.object.metadata.uid!, controller: true }];
    const tolerations = [...((manifest['spec'].tolerations ?? []) as object[]), { effect: 'NoExecute', operator: 'Exists' }];
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, ...(manifest.metadata.labels ? { labels: manifest.metadata.labels } : {}), annotations, ownerReferences },
      spec: { ...manifest['spec'], nodeName: node.name, tolerations },
    };
  }
}

function keyOf(m: KubeObject['metadata']): string {
  return `${m.namespace}/${m.name}`;
}

/**
 * The pods in a manifest file.
 * @throws Error that names the file when it holds anything else
 */
export function staticPodsOf(documents: readonly unknown[], file: string): KubeObject[] {
  return documents.map((d) => {
    const o = d as KubeObject | null;
    if (o?.kind !== 'Pod' || o.apiVersion !== 'v1' || !o.metadata?.name || !o['spec']) throw new Error(`${file}: a static pod must be a v1 Pod with a name and a spec`);
    return o;
  });
}
