import { StatusError } from '../../src/api/errors/status-error';
import type { KubeObject } from '../../src/api/meta/object';
import type { Client, WatchHandler } from '../../src/client/client';
import type { Clock, Disposable } from '../../src/util/clock';
import type { Random } from '../../src/util/random';

/** How often something goes wrong, each a share of all requests of the kind. */
export interface Faults {
  /** Updates, patches and deletions refused, as if somebody else had just written. */
  conflict: number;
  /** Writes that are answered with a timeout: half of them were done nevertheless. */
  timeout: number;
  /** Writes whose connection broke before the answer: half of them were done nevertheless. */
  broken: number;
  /** Reads without an answer. */
  read: number;
  /** Watches that end, a share of their events. */
  watch: number;
  /** Longest way of a request, an answer or an event, in milliseconds. */
  latency: number;
}

/** What a process is to the server: faults come and go, and once it is killed nothing reaches it nor leaves it. */
export interface Line {
  faults: Faults | undefined;
  killed: boolean;
}

/** A client on a bad line; chance and time come from the test. */
export function faultyClient(inner: Client, line: Line, x: { clock: Clock; random: Random }): Client {
  const chance = (share: number | undefined): boolean => share !== undefined && share > 0 && x.random.next() < share;
  const travel = async (): Promise<void> => {
    if (line.killed) throw new Error('this process is dead');
    if (line.faults) await x.clock.sleep(x.random.int(line.faults.latency + 1));
    if (line.killed) throw new Error('this process is dead');
  };
  const write = async <T>(what: string, conflicts: boolean, send: () => Promise<T>): Promise<T> => {
    await travel();
    const f = line.faults;
    if (conflicts && chance(f?.conflict)) throw new StatusError(409, 'Conflict', `Operation cannot be fulfilled on ${what}: the object has been modified; please apply your changes to the latest version and try again`, {});
    const failure = chance(f?.timeout)
      ? new StatusError(504, 'Timeout', 'Timeout: request did not complete within the allotted timeout', {})
      : chance(f?.broken)
        ? new Error('socket hang up')
        : undefined;
    if (failure && chance(0.5)) throw failure;
    const done = await send();
    await travel();
    if (failure) throw failure;
    return done;
  };
  const read = async <T>(send: () => Promise<T>): Promise<T> => {
    await travel();
    if (chance(line.faults?.read)) throw new Error('socket hang up');
    const found = await send();
    await travel();
    return found;
  };
  return {
    get: (r, ...args) => read(() => inner.get(r, ...args)),
    list: (r, o) => read(() => inner.list(r, o)),
    discover: () => read(() => inner.discover()),
    create: (r, object, o) => write(r.resource, false, () => inner.create(r, object, o)),
    update: (r, object, o) => write(r.resource, true, () => inner.update(r, object, o)),
    patch: (r, namespace, name, type, patch, o) => write(r.resource, true, () => inner.patch(r, namespace, name, type, patch, o)),
    delete: (r, namespace, name, o) => write(r.resource, true, () => inner.delete(r, namespace, name, o)),
    deleteCollection: (r, list, o) => write(r.resource, false, () => inner.deleteCollection(r, list, o)),
    watch: (r, o, handler) => slowWatch((h) => inner.watch(r, o, h), handler, line, x, () => chance(line.faults?.watch)),
  };
}

/** Events come late, in their order; now and then the connection breaks. */
function slowWatch<T extends KubeObject>(open: (h: WatchHandler<T>) => Disposable, handler: WatchHandler<T>, line: Line, x: { clock: Clock; random: Random }, breaks: () => boolean): Disposable {
  let over = false;
  let earliest = 0;
  const timers = new Set<Disposable>();
  const later = (deliver: () => void): void => {
    const now = x.clock.now();
    earliest = Math.max(earliest, now + (line.faults ? x.random.int(line.faults.latency + 1) : 0));
    if (earliest === now && timers.size === 0) return deliver();
    const timer = x.clock.after(earliest - now, () => {
      timers.delete(timer);
      deliver();
    });
    timers.add(timer);
  };
  const end = (): void => {
    over = true;
    for (const t of timers) t.dispose();
    timers.clear();
    inner.dispose();
  };
  const close = (error?: Error): void => {
    if (over || line.killed) return;
    end();
    handler.closed(error);
  };
  const inner: Disposable = open({
    event: (type, object) =>
      later(() => {
        if (over || line.killed) return;
        if (breaks()) close(new Error('socket hang up'));
        else handler.event(type, object);
      }),
    closed: (error) => later(() => close(error)),
  });
  return { dispose: end };
}
