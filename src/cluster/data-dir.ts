import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where a cluster of this name keeps its data when nothing else is said: the XDG data folder, a folder per name. */
export function defaultDataDir(name: string, env: NodeJS.ProcessEnv): string {
  const base = env['XDG_DATA_HOME'] || join(env['HOME'] ?? homedir(), '.local', 'share');
  return join(base, 'kubernest', name);
}
