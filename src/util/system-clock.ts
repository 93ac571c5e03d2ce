import type { Clock, Disposable } from './clock';

/** The machine's own clock. Its timers keep the process alive; owners dispose them when they stop. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  after(ms: number, fn: () => void): Disposable {
    const timer = setTimeout(fn, ms);
    return { dispose: () => clearTimeout(timer) };
  }

  every(ms: number, fn: () => void): Disposable {
    const timer = setInterval(fn, ms);
    return { dispose: () => clearInterval(timer) };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal);
  }
}

/** Clock.sleep in terms of Clock.after; shared by every clock. */
export function sleepOn(clock: Pick<Clock, 'after'>, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const abort = (): void => {
      timer.dispose();
      reject(signal!.reason as Error);
    };
    const timer = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}
