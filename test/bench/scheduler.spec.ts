import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

const root = join(__dirname, '..', '..');
const run = (...args: string[]): Promise<{ stdout: string }> => promisify(execFile)(process.execPath, [join(root, 'test', 'bench', 'run.mjs'), ...args]);

interface Row {
  name: string;
  nodes: number;
  pods: number;
  perSecond: number;
  threshold?: number;
  times?: number;
}

// On a few nodes, to see that every kind of pod of the workloads gets its node; what the figures are is not looked at.
describe('the benchmark of the scheduler', () => {
  beforeAll(async () => {
    const scripts = (await import(join(root, 'scripts', 'build-if-stale.mjs'))) as { stale(): boolean; build(): Promise<{ code: number; output: string }> };
    if (scripts.stale()) expect((await scripts.build()).code).toBe(0);
  }, 300_000);

  it('places the pods of a workload, preempting where there is no room, and tells how fast beside the threshold', async () => {
    const { stdout } = await run('scheduler', '--only', 'PreemptionBasic,PodAffinity', '--nodes', '20', '--scale', '50', '--output', 'json');
    const { rows } = JSON.parse(stdout) as { rows: Row[] };
    expect(rows.map((r) => [r.name, r.nodes, r.pods, r.threshold])).toEqual([
      ['PreemptionBasic', 20, 20, undefined],
      ['PodAffinity', 20, 100, 35],
    ]);
    expect(rows[1]!.times).toBeCloseTo(rows[1]!.perSecond / 35);
  }, 120_000);

  it.each([
    [['nonsense'], 'there is no benchmark nonsense; there are: api, scheduler'],
    [['scheduler', '--only', 'Nothing'], '--only Nothing: there is no such workload; there are: SchedulingBasic, '],
    [['scheduler', '--nodes', 'x'], '--nodes x: must be a whole number, at least 1'],
    [['scheduler', '--output', 'xml'], '--output xml: must be text or json'],
  ])('says what is wrong with %s', async (args, message) => {
    await expect(run(...args)).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(message) as string });
  });
});
