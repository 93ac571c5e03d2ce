import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The Kubernetes release whose API is served. */
export const KUBERNETES_VERSION = 'v1.36.2';

/** Kubernest's own version, from package.json. */
export function version(): string {
  const file = join(__dirname, '..', '..', 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** Prints both versions as text or JSON. */
export function printVersion(output: string): void {
  const v = { kubernest: version(), kubernetes: `${KUBERNETES_VERSION}+kubernest`, node: process.version };
  process.stdout.write(output === 'json' ? `${JSON.stringify(v)}\n` : `kubernest   ${v.kubernest}\nkubernetes  ${v.kubernetes}\nnode        ${v.node}\n`);
}
