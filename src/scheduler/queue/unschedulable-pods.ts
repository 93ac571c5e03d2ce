import type { QueuedPod } from './queued-pod';

/** Pods that were refused, or may not enter yet; found by the plugins that refused them, so that an event looks only at those it concerns. */
export class UnschedulablePods {
  private readonly byUid = new Map<string, QueuedPod>();
  private readonly byPlugin = new Map<string, Set<QueuedPod>>();

  get size(): number {
    return this.byUid.size;
  }

  get(uid: string): QueuedPod | undefined {
    return this.byUid.get(uid);
  }

  add(q: QueuedPod): void {
    this.delete(q.pod.uid);
    this.byUid.set(q.pod.uid, q);
    for (const plugin of pluginsOf(q)) {
      const pods = this.byPlugin.get(plugin);
      if (pods) pods.add(q);
      else this.byPlugin.set(plugin, new Set([q]));
    }
  }

  delete(uid: string): QueuedPod | undefined {
    const q = this.byUid.get(uid);
    if (!q) return undefined;
    this.byUid.delete(uid);
    for (const [plugin, pods] of this.byPlugin) {
      if (pods.delete(q) && pods.size === 0) this.byPlugin.delete(plugin);
    }
    return q;
  }

  /** Pods refused by one of the plugins, each once. */
  refusedBy(plugins: Iterable<string>): QueuedPod[] {
    const found = new Set<QueuedPod>();
    for (const plugin of plugins) for (const q of this.byPlugin.get(plugin) ?? []) found.add(q);
    return [...found];
  }

  all(): Iterable<QueuedPod> {
    return this.byUid.values();
  }
}

function pluginsOf(q: QueuedPod): string[] {
  return q.gatedBy ? [q.gatedBy] : [...q.refusedBy, ...q.pendingOn];
}
