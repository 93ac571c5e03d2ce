import 'reflect-metadata';
import { COMPONENT_NAMES, SIGNING } from '../cluster/components.module';
import { startComponents } from '../cluster/remote-components';
import type { RunningComponents } from '../cluster/remote-components';
import { validateRunOptions } from '../cluster/run-options';
import type { RunOptions } from '../cluster/run-options';
import { schedulerOptions } from '../cluster/scheduler-config';
import { SystemClock } from '../util/system-clock';
import { SystemRandom } from '../util/random';
import { lastingStderr } from './lasting-stderr';
import { makeLog } from './log';
import { optimizeOnceBusy } from './optimizing';
import { Progress } from './progress';
import { stopSignal } from './stop-signal';

/** `kubernest run`: runs components for an API server elsewhere, until Ctrl-C or SIGTERM. */
export async function runComponents(given: Partial<RunOptions>, env: NodeJS.ProcessEnv): Promise<void> {
  const options = validateRunOptions(given, COMPONENT_NAMES, SIGNING);
  // Mistakes in the file are told before anything starts.
  schedulerOptions(options.schedulerConfig);
  const clock = new SystemClock();
  const out = lastingStderr(process);
  const progress = new Progress(out, clock);
  const log = makeLog(options.logLevel, options.logFormat);
  const signal = stopSignal(process);
  let running: RunningComponents;
  try {
    running = await startComponents(options, { clock, random: new SystemRandom(), log, env, progress, signal });
  } catch (e) {
    progress.failed();
    if (signal.aborted) return;
    throw e;
  }
  const optimizing = optimizeOnceBusy(clock);
  try {
    out.write(`\nRunning for ${running.server}: ${running.names.join(', ')}\n\n`);
    if (!signal.aborted) await new Promise((r) => signal.addEventListener('abort', r, { once: true }));
    out.write('\n');
  } finally {
    optimizing.dispose();
    progress.begin('stopping');
    await running.stop();
    progress.done();
  }
}
