import { describe, expect, it } from 'vitest';
import { exponentialDelay, WorkQueue } from '../../src/client/work-queue';
import { FakeClock } from '../../src/util/fake-clock';

const drain = (q: WorkQueue): string[] => {
  const out: string[] = [];
  for (let k = q.take(); k !== undefined; k = q.take()) out.push(k);
  return out;
};

describe('WorkQueue', () => {
  it('hands out a key once however often it was added', () => {
    const q = new WorkQueue(new FakeClock());
    for (const k of ['a', 'b', 'a']) q.add(k);
    expect(drain(q)).toEqual(['a', 'b']);
  });

  it('never hands out a key twice at a time, and again when it was added meanwhile', () => {
    const q = new WorkQueue(new FakeClock());
    q.add('a');
    expect(q.take()).toBe('a');
    q.add('a');
    q.add('a');
    expect(q.take()).toBeUndefined();
    q.done('a');
    expect(drain(q)).toEqual(['a']);
    q.done('a');
    expect(q.take()).toBeUndefined();
  });

  it('adds later, the earliest time counting', () => {
    const clock = new FakeClock();
    const q = new WorkQueue(clock);
    q.addAfter('a', 100);
    q.addAfter('a', 50);
    q.addAfter('a', 70);
    clock.step(49);
    expect(q.size).toBe(0);
    clock.step(1);
    expect(drain(q)).toEqual(['a']);
    q.done('a');
    clock.step(1000);
    expect(q.size).toBe(0);
  });

  it('doubles the pause with every failure until forgotten', () => {
    const clock = new FakeClock();
    const q = new WorkQueue(clock);
    const pause = (): number => {
      const before = clock.now();
      q.addRateLimited('a');
      while (q.size === 0) clock.step(1);
      q.done(q.take()!);
      return clock.now() - before;
    };
    expect([pause(), pause(), pause()]).toEqual([5, 10, 20]);
    q.forget('a');
    expect(pause()).toBe(5);
    expect(exponentialDelay(100)).toBe(1_000_000);
  });

  it('takes nothing more once closed', () => {
    const clock = new FakeClock();
    const q = new WorkQueue(clock);
    q.add('a');
    q.addAfter('b', 10);
    q.close();
    q.add('c');
    clock.step(100);
    expect(q.take()).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it('keeps its order over many thousand keys', () => {
    const q = new WorkQueue(new FakeClock());
    const keys = Array.from({ length: 5000 }, (_, i) => `k${i}`);
    for (const k of keys) q.add(k);
    expect(drain(q)).toEqual(keys);
  });
});
