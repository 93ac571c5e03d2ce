import type { ContainerSpec } from './container';

/** How many milliseconds a container's preStop hook takes, as far as that is plain: a sleep action, or a sleep command. */
export function stopDelay(c: ContainerSpec): number {
  const hook = c.lifecycle?.preStop;
  if (hook?.sleep) return hook.sleep.seconds * 1000;
  const seconds = /^(?:\S*sh -\w*c )?(?:\S*\/)?sleep (\d+(?:\.\d+)?)s?$/.exec(hook?.exec?.command?.join(' ') ?? '')?.[1];
  return seconds === undefined ? 0 : Number(seconds) * 1000;
}
