import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ConfigurationError, readConfiguration } from '../scheduler/config/configuration';
import type { SchedulerOptions } from '../scheduler/options';
import { OptionsError } from './options';

/**
 * What the KubeSchedulerConfiguration in the file of --scheduler-config asks for; nothing without a file.
 * @throws OptionsError with a sentence for each thing that is wrong
 */
export function schedulerOptions(file: string | undefined): SchedulerOptions {
  if (file === undefined) return {};
  try {
    return readConfiguration(parse(readFileSync(file, 'utf8')));
  } catch (e) {
    const problems = e instanceof ConfigurationError ? e.problems : [(e as Error).message.split('\n')[0]!];
    throw new OptionsError(problems.map((p) => `--scheduler-config ${file}: ${p}`));
  }
}
