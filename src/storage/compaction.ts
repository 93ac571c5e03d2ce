import type { Clock, Disposable } from '../util/clock';
import type { Log } from '../util/log';
import type { Store } from './store';

/** How long history is kept unless told otherwise: as long as kube-apiserver keeps etcd's. */
export const DEFAULT_HISTORY_MS = 5 * 60_000;

/**
 * Compacts the store now and then, so that changes younger than `keepMs` stay readable and older ones go soon after
 * (a tenth of the time later at most). What an earlier run left is kept for `keepMs` from now. Infinity keeps everything.
 */
export function startCompaction(store: Pick<Store, 'revision' | 'compact'>, o: { keepMs: number; clock: Clock; log: Log }): Disposable {
  const { keepMs, clock, log } = o;
  if (keepMs === Infinity) return { dispose() {} };
  /** Revisions and when they were the newest, oldest first. */
  const marks: { at: number; rev: number }[] = [];
  const tick = (): void => {
    const now = clock.monotonic();
    if (marks[marks.length - 1]?.rev !== store.revision) marks.push({ at: now, rev: store.revision });
    let old: number | undefined;
    while (marks.length && marks[0]!.at <= now - keepMs) old = marks.shift()!.rev;
    if (old === undefined) return;
    const rev = old;
    store.compact(rev).catch((e: unknown) => log.error({ err: e, rev }, 'cannot compact the store'));
  };
  tick();
  return clock.every(Math.max(1000, keepMs / 10), tick);
}
