import { ageOf } from '../../../api/meta/duration';
import type { KubeObject } from '../../../api/meta/object';
import { parseTime } from '../../../api/meta/time';
import type { Column } from '../../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../../shared/columns';
import type { Raw } from '../../shared/raw';

interface Summary {
  ready: string;
  status: string;
  restarts: string;
}

function isSidecar(c: Raw | undefined): boolean {
  return c?.restartPolicy === 'Always';
}

/** The reason in a terminated state, or how the process ended. */
function endReason(t: Raw): string {
  return t.reason || (t.signal ? `Signal:${t.signal}` : `ExitCode:${t.exitCode ?? 0}`);
}

/** Counts restarts and remembers when the last one was. */
class Restarts {
  count = 0;
  last: string | undefined;

  add(status: Raw): void {
    this.count += (status.restartCount ?? 0) as number;
    const at = status.lastState?.terminated?.finishedAt as string | undefined;
    if (at && (!this.last || parseTime(at) > parseTime(this.last))) this.last = at;
  }

  text(now: number): string {
    return this.count && this.last ? `${this.count} (${ageOf(this.last, now)} ago)` : String(this.count);
  }
}

/** What `kubectl get pods` says of a pod: the most telling reason from phase, init containers, containers, deletion. */
export function summarizePod(o: KubeObject, now: number): Summary {
  const spec = (o.spec ?? {}) as Raw;
  const status = (o.status ?? {}) as Raw;
  const conditions = (status.conditions ?? []) as Raw[];
  const init = (spec.initContainers ?? []) as Raw[];
  let reason = (status.reason || status.phase || '') as string;
  if (conditions.some((c) => c.type === 'PodScheduled' && c.reason === 'SchedulingGated')) reason = 'SchedulingGated';
  const total = ((spec.containers ?? []) as Raw[]).length + init.filter(isSidecar).length;
  let ready = 0;
  let restarts = new Restarts();
  const sidecarRestarts = new Restarts();
  let initializing = false;
  for (const [i, s] of ((status.initContainerStatuses ?? []) as Raw[]).entries()) {
    const sidecar = isSidecar(init.find((c) => c.name === s.name));
    restarts.add(s);
    if (sidecar) sidecarRestarts.add(s);
    const terminated = s.state?.terminated as Raw | undefined;
    if (terminated && !terminated.exitCode) continue;
    if (sidecar && s.started) {
      if (s.ready) ready++;
      continue;
    }
    const waiting = s.state?.waiting?.reason as string | undefined;
    if (terminated) reason = `Init:${endReason(terminated)}`;
    else if (waiting && waiting !== 'PodInitializing') reason = `Init:${waiting}`;
    else reason = `Init:${i}/${init.length}`;
    initializing = true;
    break;
  }
  if (!initializing || conditions.find((c) => c.type === 'Initialized')?.status === 'True') {
    restarts = sidecarRestarts;
    let running = false;
    let failure = '';
    for (const s of ((status.containerStatuses ?? []) as Raw[]).toReversed()) {
      restarts.add(s);
      const terminated = s.state?.terminated as Raw | undefined;
      if (s.state?.waiting?.reason) reason = s.state.waiting.reason as string;
      else if (terminated) {
        reason = endReason(terminated);
        if (terminated.exitCode) failure = reason;
      } else if (s.ready && s.state?.running) {
        running = true;
        ready++;
      }
    }
    if (reason === 'Completed') {
      const isReady = conditions.some((c) => c.type === 'Ready' && c.status === 'True');
      if (running && isReady) reason = 'Running';
      else if (failure) reason = failure;
      else if (running) reason = 'NotReady';
    }
  }
  if (o.metadata.deletionTimestamp) {
    if (status.reason === 'NodeLost') reason = 'Unknown';
    else if (status.phase !== 'Succeeded' && status.phase !== 'Failed') reason = 'Terminating';
  }
  return { ready: `${ready}/${total}`, status: reason, restarts: restarts.text(now) };
}

function gates(o: KubeObject): string {
  const wanted = (o.spec?.readinessGates ?? []) as Raw[];
  if (!wanted.length) return '<none>';
  const conditions = (o.status?.conditions ?? []) as Raw[];
  const passed = wanted.filter((g) => conditions.find((c) => c.type === g.conditionType)?.status === 'True').length;
  return `${passed}/${wanted.length}`;
}

export const POD_COLUMNS: readonly Column[] = [
  nameColumn,
  { name: 'Ready', type: 'string', cell: (o, now) => summarizePod(o, now).ready },
  { name: 'Status', type: 'string', cell: (o, now) => summarizePod(o, now).status },
  { name: 'Restarts', type: 'string', cell: (o, now) => summarizePod(o, now).restarts },
  ageColumn,
  { name: 'IP', type: 'string', priority: 1, cell: (o) => (o.status?.podIPs?.[0]?.ip as string | undefined) || '<none>' },
  { name: 'Node', type: 'string', priority: 1, cell: (o) => (o.spec?.nodeName as string | undefined) || '<none>' },
  { name: 'Nominated Node', type: 'string', priority: 1, cell: (o) => (o.status?.nominatedNodeName as string | undefined) || '<none>' },
  { name: 'Readiness Gates', type: 'string', priority: 1, cell: gates },
];

const ENDED: Readonly<Record<string, readonly object[]>> = {
  Succeeded: [{ type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' }],
  Failed: [{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' }],
};

/** Conditions of the table row of a pod that has ended. */
export function podRowConditions(o: KubeObject): readonly object[] | undefined {
  return ENDED[o.status?.phase as string];
}
