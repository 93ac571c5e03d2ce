import type { IntervalHistogram } from 'node:perf_hooks';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late the event loop of this process was since the last reset, in seconds; nothing before it is first asked. */
export interface EventLoopLag {
  percentile(p: number): number;
  max(): number;
  reset(): void;
}

/** Milliseconds between two looks at the event loop. */
const RESOLUTION = 20;

/**
 * Watches the event loop of this process, whatever the time of its clusters. It begins when it is first asked, since it costs a timer every
 * 20 ms: an idle cluster whose metrics nobody reads has no use for it.
 */
export function watchEventLoop(): EventLoopLag {
  let delay: IntervalHistogram | undefined;
  const begun = (): IntervalHistogram => {
    if (!delay) {
      delay = monitorEventLoopDelay({ resolution: RESOLUTION });
      delay.enable();
    }
    return delay;
  };
  // What is measured includes the wait that was asked for.
  const seconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - RESOLUTION / 1e3);
  return { percentile: (p) => seconds(begun().percentile(p)), max: () => seconds(begun().max), reset: () => begun().reset() };
}
