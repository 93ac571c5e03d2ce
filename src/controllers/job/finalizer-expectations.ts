/** Pods whose tracking finalizer was removed while the cache still shows it: they must not be counted again. */
export class FinalizerExpectations {
  private readonly jobs = new Map<string, Set<string>>();

  removed(job: string, uid: string): void {
    let set = this.jobs.get(job);
    if (!set) this.jobs.set(job, (set = new Set()));
    set.add(uid);
  }

  /** The cache has it, or the pod is gone. */
  seen(job: string, uid: string): void {
    const set = this.jobs.get(job);
    if (!set?.delete(uid)) return;
    if (set.size === 0) this.jobs.delete(job);
  }

  has(job: string, uid: string): boolean {
    return this.jobs.get(job)?.has(uid) ?? false;
  }

  forget(job: string): void {
    this.jobs.delete(job);
  }
}
