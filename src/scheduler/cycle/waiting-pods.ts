import type { Clock, Disposable } from '../../util/clock';
import type { Verdict } from '../framework/verdict';
import { unschedulable } from '../framework/verdict';

interface Waiting {
  /** Plugins whose approval is outstanding. */
  plugins: Set<string>;
  timers: Disposable[];
  settle: (r: { plugin: string; verdict: Verdict } | undefined) => void;
}

/** Pods that have a node but wait for permit plugins. */
export class WaitingPods {
  private readonly pods = new Map<string, Waiting>();

  constructor(private readonly clock: Clock) {}

  /** Resolves when every plugin has allowed the pod, or with who refused it. `waitFor`: plugins and how long each may take, in milliseconds. */
  async wait(uid: string, waitFor: ReadonlyMap<string, number>): Promise<{ plugin: string; verdict: Verdict } | undefined> {
    if (waitFor.size === 0) return undefined;
    return new Promise((resolve) => {
      const w: Waiting = {
        plugins: new Set(waitFor.keys()),
        timers: [],
        settle: (r) => {
          this.pods.delete(uid);
          for (const t of w.timers) t.dispose();
          resolve(r);
        },
      };
      for (const [plugin, timeout] of waitFor) {
        w.timers.push(this.clock.after(timeout, () => this.reject(uid, plugin, `timeout after waiting ${timeout} ms`)));
      }
      this.pods.set(uid, w);
    });
  }

  allow(uid: string, plugin: string): void {
    const w = this.pods.get(uid);
    if (!w?.plugins.delete(plugin) || w.plugins.size > 0) return;
    w.settle(undefined);
  }

  /** Refuses a waiting pod; false when it does not wait. */
  reject(uid: string, plugin: string, message: string): boolean {
    const w = this.pods.get(uid);
    if (!w) return false;
    w.settle({ plugin, verdict: unschedulable(message) });
    return true;
  }
}
