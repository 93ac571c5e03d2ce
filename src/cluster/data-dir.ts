import { userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** The user's home folder: $HOME, or what the system knows when it is unset. */
export function homeDir(env: NodeJS.ProcessEnv): string {
  return env['HOME'] || userInfo().homedir;
}

/** Where a cluster of this name keeps its data when nothing else is said: the XDG data folder, a folder per name. */
export function defaultDataDir(name: string, env: NodeJS.ProcessEnv): string {
  const xdg = env['XDG_DATA_HOME'];
  // The XDG rules: a relative path is to be ignored.
  const base = xdg && isAbsolute(xdg) ? xdg : join(homeDir(env), '.local', 'share');
  return join(base, 'kubernest', name);
}

/** The data folder of a cluster as an absolute path: the one given, or the default. */
export function dataDirOf(o: { name: string; dataDir?: string }, env: NodeJS.ProcessEnv): string {
  return o.dataDir === undefined ? defaultDataDir(o.name, env) : resolve(o.dataDir);
}
