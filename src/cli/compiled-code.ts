import nodeModule from 'node:module';
import { join } from 'node:path';
import { xdgFolder } from '../cluster/data-dir';

/** What Node 22 and newer can do; Node 20 lacks it. */
export interface CompileCache {
  enableCompileCache?: (folder: string) => unknown;
}

/**
 * Has Node keep what it compiled of the modules in the user's XDG cache folder, as the next start then takes it from there: a fifth of the
 * time until a cluster is ready. Node checks it against the sources and its own version; where it cannot be kept, nothing is.
 */
export function keepCompiledCode(env: NodeJS.ProcessEnv, node = nodeModule as CompileCache): void {
  const base = xdgFolder(env['XDG_CACHE_HOME']) ?? (env['HOME'] && join(env['HOME'], '.cache'));
  if (base) node.enableCompileCache?.(join(base, 'kubernest', 'compiled'));
}
