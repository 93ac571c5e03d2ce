import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/util/fake-clock';
import { Slices } from '../../src/util/slices';

/** A clock whose time is moved by the work itself. */
class WorkClock extends FakeClock {
  worked = 0;
  override monotonic(): number {
    return super.monotonic() + this.worked;
  }
}

const turn = (): Promise<void> => new Promise((r) => setImmediate(r));

describe('Slices', () => {
  it('do long work by turns, some of it in every turn of the event loop', async () => {
    const clock = new WorkClock();
    const slices = new Slices(clock);
    const log: string[] = [];
    const work = (name: string, pieces: number): void =>
      slices.add(() => {
        clock.worked += 5;
        log.push(name);
        return --pieces > 0;
      });
    work('a', 3);
    work('b', 2);
    expect(log).toEqual([]);
    await turn();
    expect(log).toEqual(['a', 'b']);
    await turn();
    expect(log).toEqual(['a', 'b', 'a', 'b']);
    await turn();
    expect(log).toEqual(['a', 'b', 'a', 'b', 'a']);
  });

  it('let work wait and come back', async () => {
    const slices = new Slices(new WorkClock());
    const log: string[] = [];
    const piece = (): boolean => {
      log.push('piece');
      return false;
    };
    slices.add(() => {
      slices.add(piece);
      return false;
    });
    await turn();
    expect(log).toEqual(['piece']);
    await turn();
    expect(log).toEqual(['piece']);
    slices.add(piece);
    await turn();
    expect(log).toEqual(['piece', 'piece']);
  });
});
