/** A handle to something that can be undone once: a timer, a watch, a subscription. */
export interface Disposable {
  dispose(): void;
}

/**
 * The only source of time and timers in Kubernest. Components get one injected and never touch Date or setTimeout,
 * so that a cluster's time can be stopped, stepped and sped up.
 */
export interface Clock {
  /** Wall-clock time in milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds from an arbitrary start that never go backwards; for durations. */
  monotonic(): number;
  /** Calls `fn` once after `ms` milliseconds (at least); dispose() cancels it. */
  after(ms: number, fn: () => void): Disposable;
  /** Calls `fn` every `ms` milliseconds until disposed. */
  every(ms: number, fn: () => void): Disposable;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
