import type { ComponentHealth } from '../apis/core/component-status';
import type { HealthRegistry } from '../apiserver/http/health';
import type { SqliteStore } from '../storage/sqlite/sqlite-store';

const PREFIX = 'component/';
/** Ports on which kube-controller-manager and kube-scheduler would be asked. */
const CONTROLLER_MANAGER = 10257;
const SCHEDULER = 10259;
/** Components that belong to neither of the two. */
const NODES = 'kubelet';

/** What componentstatuses tell: the controllers as one, the scheduler, and the store under the name that clients know it by. */
export function componentHealth(health: HealthRegistry, store: SqliteStore | undefined): ComponentHealth[] {
  const checks = health.of('readyz').filter((c) => c.name.startsWith(PREFIX));
  const ready = (belongs: (name: string) => boolean): boolean[] => checks.filter((c) => belongs(c.name.slice(PREFIX.length))).map((c) => c.check() === undefined);
  const problem = store?.health();
  return [
    ofParts('controller-manager', CONTROLLER_MANAGER, ready((n) => n !== 'scheduler' && n !== NODES)),
    ofParts('scheduler', SCHEDULER, ready((n) => n === 'scheduler')),
    { name: 'etcd-0', healthy: !problem, message: problem ? problem.message : 'ok' },
  ];
}

/** Nobody listens where a component does not run in this process. */
function ofParts(name: string, port: number, ready: readonly boolean[]): ComponentHealth {
  if (!ready.length) return { name, healthy: false, message: `Get "https://127.0.0.1:${port}/healthz": dial tcp 127.0.0.1:${port}: connect: connection refused` };
  const healthy = ready.every(Boolean);
  return { name, healthy, message: healthy ? 'ok' : 'HTTP probe failed with statuscode: 500' };
}
