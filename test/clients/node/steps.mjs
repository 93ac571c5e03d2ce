// What the programs in JavaScript share: named steps with one line of outcome each.
import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';

export const namespace = String(process.env.CLIENT_NAMESPACE);

/** Runs steps in order; the process ends with 1 when one failed. */
export async function run(steps) {
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
      console.log(`ok ${name}`);
    } catch (e) {
      process.exitCode = 1;
      const where = /client\.m?[jt]s:\d+/.exec(e.stack ?? '')?.[0] ?? '';
      console.log(`not ok ${name}: ${String(e.message ?? e).replaceAll('\n', ' | ').slice(0, 600)} ${where}`);
    }
  }
}

/** @throws Error when two values differ */
export function equal(what, got, want) {
  if (!isDeepStrictEqual(got, want)) throw new Error(`${what}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
}

/** Asks until the answer is true, for half a minute. */
export async function eventually(what, ask) {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(30)) if (await ask()) return;
  throw new Error(`no ${what} in 30 s`);
}

/** The error of a call that must be refused with a status. */
export async function refused(code, call) {
  const e = await call.then(() => undefined, (error) => error);
  equal('status', e?.code, code);
  return e;
}

export const conflict = (e) => e.code === 409;

/** Breaks all connections to the server. */
export async function cut() {
  await fetch(process.env.CLIENT_CUT_URL, { method: 'POST' });
}
