import { describe, expect, it } from 'vitest';
import { startCompaction } from '../../src/storage/compaction';
import { FakeClock } from '../../src/util/fake-clock';
import { silentLog, type Log } from '../../src/util/log';

const MINUTE = 60_000;

function setUp(keepMs: number, log: Log = silentLog) {
  const clock = new FakeClock();
  const compacted: number[] = [];
  const store = {
    revision: 1,
    failing: false,
    async compact(rev: number): Promise<void> {
      if (store.failing) throw new Error('no disk');
      if (compacted[compacted.length - 1] !== rev) compacted.push(rev);
    },
  };
  const compaction = startCompaction(store, { keepMs, clock, log });
  return { clock, store, compacted, compaction };
}

describe('periodic compaction', () => {
  it('keeps what is younger than asked, and not much more', () => {
    const { clock, store, compacted } = setUp(5 * MINUTE);
    // One write a second: at second s the revision is s + 1.
    for (let s = 1; s <= 3600; s++) {
      clock.step(1000);
      store.revision = s + 1;
      const oldest = compacted[compacted.length - 1] ?? 0;
      expect(oldest).toBeLessThanOrEqual(Math.max(0, s + 1 - 300));
      if (s > 400) expect(oldest).toBeGreaterThan(s - 300 - 62);
    }
  });

  it('gives what an earlier run left the same time from now on', () => {
    const { clock, store, compacted } = setUp(5 * MINUTE);
    store.revision = 1;
    clock.step(5 * MINUTE - 1);
    expect(compacted).toEqual([]);
    clock.step(1);
    expect(compacted).toEqual([1]);
  });

  it('reaches the newest revision when nothing more is written', () => {
    const { clock, store, compacted } = setUp(MINUTE);
    store.revision = 500;
    clock.step(2 * MINUTE);
    expect(compacted).toEqual([1, 500]);
  });

  it('keeps everything when told to, without a timer', () => {
    const { clock, compaction } = setUp(Infinity);
    expect(clock.pending).toBe(0);
    compaction.dispose();
  });

  it('reports a failure and tries again', async () => {
    const errors: string[] = [];
    const { clock, store, compacted } = setUp(MINUTE, { ...silentLog, error: (_, m) => errors.push(m) });
    store.failing = true;
    clock.step(MINUTE);
    await Promise.resolve();
    expect(errors).toEqual(['cannot compact the store']);
    store.failing = false;
    store.revision = 9;
    clock.step(2 * MINUTE);
    expect(compacted).toEqual([9]);
  });

  it('stops when disposed', () => {
    const { clock, compaction } = setUp(MINUTE);
    compaction.dispose();
    expect(clock.pending).toBe(0);
  });
});
