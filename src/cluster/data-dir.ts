import { userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** The user's home folder: $HOME, or what the system knows when it is unset. */
export function homeDir(env: NodeJS.ProcessEnv): string {
  return env['HOME'] || userInfo().homedir;
}

/** Where a cluster of this name keeps its data when nothing else is said: the XDG data folder, a folder per name. */
export function defaultDataDir(name: string, env: NodeJS.ProcessEnv): string {
  return join(xdgFolder(env['XDG_DATA_HOME']) ?? join(homeDir(env), '.local', 'share'), 'kubernest', name);
}

/** What a variable of the XDG rules names; undefined when it is unset, empty or a relative path, which is to be ignored. */
export function xdgFolder(value: string | undefined): string | undefined {
  return value && isAbsolute(value) ? value : undefined;
}

/** The data folder of a cluster as an absolute path: the one given, or the default. */
export function dataDirOf(o: { name: string; dataDir?: string }, env: NodeJS.ProcessEnv): string {
  return o.dataDir === undefined ? defaultDataDir(o.name, env) : resolve(o.dataDir);
}
