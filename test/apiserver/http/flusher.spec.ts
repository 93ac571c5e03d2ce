import { describe, expect, it } from 'vitest';
import { FrameJoiner } from '../../../src/apiserver/http/watch-stream';
import { Flusher } from '../../../src/apiserver/http/flusher';
import { FakeClock } from '../../../src/util/fake-clock';

/** A clock whose time is moved by the work itself. */
class WorkClock extends FakeClock {
  worked = 0;
  override monotonic(): number {
    return super.monotonic() + this.worked;
  }
}

const turn = (): Promise<void> => new Promise((r) => setImmediate(r));

describe('Flusher', () => {
  it('writes in the next turn, each stream once a round', async () => {
    const clock = new WorkClock();
    const flusher = new Flusher(clock);
    const log: string[] = [];
    flusher.add({ flush: () => log.push('a') });
    flusher.add({ flush: () => log.push('b') });
    expect(log).toEqual([]);
    await turn();
    expect(log).toEqual(['a', 'b']);
    flusher.add({ flush: () => log.push('c') });
    await turn();
    expect(log).toEqual(['a', 'b', 'c']);
    expect(clock.pending).toBe(0);
  });

  it('pauses after a round that took long, and collects meanwhile', async () => {
    const clock = new WorkClock();
    const flusher = new Flusher(clock);
    const log: string[] = [];
    flusher.add({ flush: () => (clock.worked += 2) });
    await turn();
    flusher.add({ flush: () => log.push('a') });
    await turn();
    await clock.advance(11);
    flusher.add({ flush: () => log.push('b') });
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual(['a', 'b']);
  });

  it('never pauses for more than fifteen milliseconds', async () => {
    const clock = new WorkClock();
    const flusher = new Flusher(clock);
    let flushed = 0;
    flusher.add({ flush: () => (clock.worked += 1000) });
    await turn();
    flusher.add({ flush: () => flushed++ });
    await clock.advance(15);
    expect(flushed).toBe(1);
  });

  it('lets others have a turn within a long round, in which nobody is written twice', async () => {
    const clock = new WorkClock();
    const flusher = new Flusher(clock);
    const log: string[] = [];
    const add = (name: string): void =>
      flusher.add({
        flush: () => {
          clock.worked += 2;
          log.push(name);
        },
      });
    for (const name of ['a', 'b', 'c', 'd']) add(name);
    await turn();
    expect(log).toEqual(['a', 'b', 'c']);
    add('e');
    await turn();
    expect(log).toEqual(['a', 'b', 'c', 'd']);
    await turn();
    await clock.advance(14);
    expect(log).toHaveLength(4);
    // The pause is that of the whole round.
    await clock.advance(1);
    expect(log).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('does not pause for a stream that has more to write when it was written', async () => {
    const clock = new WorkClock();
    const flusher = new Flusher(clock);
    let left = 3;
    const stream = {
      flush: (): void => {
        clock.worked += 10;
        if (--left > 0) flusher.add(stream);
      },
    };
    flusher.add(stream);
    for (let i = 0; i < 3; i++) await turn();
    expect(left).toBe(0);
    expect(clock.pending).toBe(0);
  });
});

describe('FrameJoiner', () => {
  const frame = (text: string): { chunk: Buffer; start: number; end: number } => ({ chunk: Buffer.from(text), start: 0, end: text.length });

  it('joins the same frames once, others anew', () => {
    const joiner = new FrameJoiner();
    const [a, b, c] = [frame('a'), frame('b'), frame('c')] as const;
    const first = joiner.join([a, b, c], 0, 2, 2);
    expect(first.toString()).toBe('ab');
    expect(joiner.join([c, a, b], 1, 3, 2)).toBe(first);
    expect(joiner.join([a, b, c], 0, 3, 3).toString()).toBe('abc');
    expect(joiner.join([b, a], 0, 2, 2).toString()).toBe('ba');
    expect(first.toString()).toBe('ab');
  });
});
