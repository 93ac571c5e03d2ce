import { setFlagsFromString } from 'node:v8';
import type { Clock, Disposable } from '../util/clock';

/** The interrupt budget of V8 11, in bytes of bytecode: what a function runs, three times and more, before it is optimized. */
const USUAL_BUDGET = 66 * 1024;
/** CPU time of the process after which its code is optimized as soon as usual, in microseconds. */
const SHORT_LIFE = 6e6;
const LOOK_EVERY = 5000;

/** What of V8 and of the process this needs; tests bring their own. */
export interface Machine {
  v8: string;
  setFlags(flags: string): void;
  /** CPU time of all threads so far, in microseconds. */
  cpu(): number;
}

const THIS: Machine = {
  v8: process.versions.v8,
  setFlags: setFlagsFromString,
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
};

/**
 * Lets functions run four times as long before V8 optimizes them. TurboFan takes about as much CPU time as some thousand requests, on the
 * other cores, and pays off after some thousand more, which most clusters never get: docs/performance.md has the figures.
 * Node 20 alone has the flag in this sense; elsewhere nothing happens.
 */
export function optimizeLate(machine = THIS): void {
  if (known(machine)) machine.setFlags(`--interrupt-budget=${4 * USUAL_BUDGET}`);
}

/** Once the process has used six seconds of CPU time it is one of those that live long: V8 optimizes as soon as usual from then on. */
export function optimizeOnceBusy(clock: Clock, machine = THIS): Disposable {
  if (!known(machine)) return { dispose: () => undefined };
  const timer = clock.every(LOOK_EVERY, () => {
    if (machine.cpu() < SHORT_LIFE) return;
    machine.setFlags(`--interrupt-budget=${USUAL_BUDGET}`);
    timer.dispose();
  });
  return timer;
}

function known(machine: Machine): boolean {
  return machine.v8.startsWith('11.');
}
