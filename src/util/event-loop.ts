import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late the event loop of this process was since the last reset, in seconds. */
export interface EventLoopLag {
  percentile(p: number): number;
  max(): number;
  reset(): void;
}

/** Milliseconds between two looks at the event loop. */
const RESOLUTION = 20;

/** Begins to watch the event loop; costs a timer every 20 ms. It is the process that is measured, whatever the time of its clusters. */
export function watchEventLoop(): EventLoopLag {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  // What is measured includes the wait that was asked for.
  const seconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - RESOLUTION / 1e3);
  return { percentile: (p) => seconds(delay.percentile(p)), max: () => seconds(delay.max), reset: () => delay.reset() };
}
