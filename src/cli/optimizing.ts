import { setFlagsFromString } from 'node:v8';
import type { Clock, Disposable } from '../util/clock';

/** Interrupt budgets of V8 11, in bytes of bytecode: what a function runs, three times and more, before it is optimized. Usual are 66 kB. */
const LATE = 4 * 66 * 1024;
/** What runs often is known by then, with the types that it sees. */
const SOON = 20 * 1024;
/** CPU time of a process that lives short, in microseconds. */
const SHORT_LIFE = 8e6;
const LOOK_EVERY = 2000;

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

/** Once the process has used eight seconds of CPU time it is one of those that live long, and what it still does is worth optimizing soon. */
export function optimizeOnceBusy(clock: Clock, machine = THIS): Disposable {
  if (!known(machine)) return { dispose: () => undefined };
  const timer = clock.every(LOOK_EVERY, () => {
    if (machine.cpu() < SHORT_LIFE) return;
    machine.setFlags(`--interrupt-budget=${SOON}`);
    timer.dispose();
  });
  return timer;
}

function known(machine: Machine): boolean {
  return machine.v8.startsWith('11.');
}
