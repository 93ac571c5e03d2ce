import type { Clock } from '../../util/clock';
import type { Runtime } from '../runtime/runtime';
import type { LifecycleHandler } from './container';

/**
 * Runs a lifecycle hook of a container that runs: a pause, a command, or a request. True when it succeeded; a hook whose container ends
 * before it has failed.
 */
export async function runHook(x: { clock: Clock; runtime: Runtime }, id: string, hook: LifecycleHandler): Promise<boolean> {
  if (hook.sleep) {
    await x.clock.sleep(hook.sleep.seconds * 1000);
    return true;
  }
  if (hook.exec) {
    const result = await x.runtime.exec(id, hook.exec.command ?? []).catch(() => undefined);
    return result !== undefined && (result.code === 0 || result.code === 127);
  }
  if (hook.httpGet) return (await x.runtime.probe(id, { httpGet: hook.httpGet })).ok;
  return true;
}
