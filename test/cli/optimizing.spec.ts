import { describe, expect, it } from 'vitest';
import { optimizeLate, optimizeOnceBusy } from '../../src/cli/optimizing';
import { FakeClock } from '../../src/util/fake-clock';

function machine(v8: string): { v8: string; setFlags: (flags: string) => void; cpu: () => number; flags: string[]; used: number } {
  const m = { v8, flags: [] as string[], used: 0, setFlags: (f: string) => void m.flags.push(f), cpu: () => m.used };
  return m;
}

describe('late optimization', () => {
  it('lasts until the process has used three seconds of CPU time, and ends once', async () => {
    const m = machine('11.3.244.8-node.38');
    const clock = new FakeClock();
    optimizeLate(m);
    expect(m.flags).toEqual(['--interrupt-budget=270336']);
    optimizeOnceBusy(clock, m);
    m.used = 2.9e6;
    await clock.advance(60_000);
    expect(m.flags).toHaveLength(1);
    m.used = 3e6;
    await clock.advance(60_000);
    expect(m.flags).toEqual(['--interrupt-budget=270336', '--interrupt-budget=67584']);
  });

  it('is not looked after once the command ends', async () => {
    const m = machine('11.3.244.8-node.38');
    const clock = new FakeClock();
    optimizeOnceBusy(clock, m).dispose();
    m.used = 9e6;
    await clock.advance(60_000);
    expect(m.flags).toEqual([]);
  });

  it('is for versions of V8 whose flag means this', async () => {
    const m = machine('12.4.254.21-node.33');
    const clock = new FakeClock();
    optimizeLate(m);
    optimizeOnceBusy(clock, m);
    m.used = 9e6;
    await clock.advance(60_000);
    expect(m.flags).toEqual([]);
  });
});
