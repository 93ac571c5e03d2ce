import { setFlagsFromString } from 'node:v8';
import type { Clock, Disposable } from '../util/clock';

/** Interrupt budgets of V8 11, in bytes of bytecode: what a function runs, three times and more, before it is optimized. */
const USUAL = 66 * 1024;
const LATE = 4 * USUAL;
/** CPU time of a process that lives short, in microseconds. */
const SHORT_LIFE = 3e6;
/** Milliseconds between two looks at least. */
const PATIENCE = 200;

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
  if (known(machine)) machine.setFlags(`--interrupt-budget=${LATE}`);
}

/** Once the process has used three seconds of CPU time it is one of those that live long, and its code is optimized as soon as usual. */
export function optimizeOnceBusy(clock: Clock, machine = THIS): Disposable {
  let timer: Disposable | undefined;
  const look = (): void => {
    const left = SHORT_LIFE - machine.cpu();
    // Two busy threads are what there mostly is: then the next look comes when the time is up.
    if (left > 0) timer = clock.after(Math.max(left / 2000, PATIENCE), look);
    else machine.setFlags(`--interrupt-budget=${USUAL}`);
  };
  if (known(machine)) look();
  return { dispose: () => timer?.dispose() };
}

function known(machine: Machine): boolean {
  return machine.v8.startsWith('11.');
}
