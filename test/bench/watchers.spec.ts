import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

const root = join(__dirname, '..', '..');

interface Row {
  kind: string;
  phases: { kind: string; delivered: number; missed: number; doubled: number; unordered: number }[];
  left: { files: number };
}

// With few watchers, to see that each gets every event once; what the figures are is not looked at.
describe('the benchmark of many watchers', () => {
  beforeAll(async () => {
    const scripts = (await import(join(root, 'scripts', 'build-if-stale.mjs'))) as { stale(): boolean; build(): Promise<{ code: number; output: string }> };
    if (scripts.stale()) expect((await scripts.build()).code).toBe(0);
  }, 300_000);

  it('sees every event once at every watcher', async () => {
    const args = ['watchers', '--watchers', '20', '--events', '10', '--rounds', '1', '--wait', '0', '--output', 'json'];
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'test', 'bench', 'run.mjs'), ...args]);
    const { rows, idle } = JSON.parse(stdout) as { rows: Row[]; idle: { idle: number; halfOpen: number } };
    const good = { missed: 0, doubled: 0, unordered: 0 };
    expect(rows).toMatchObject([
      { kind: 'one object', phases: [{ kind: 'alone', delivered: 200, ...good }, { kind: 'burst', delivered: 200, ...good }] },
      { kind: 'namespace', phases: [{ kind: 'alone', delivered: 200, ...good }, { kind: 'burst', delivered: 200, ...good }] },
      { kind: 'a Pod each', phases: [{ kind: 'burst', delivered: 60, ...good }] },
    ]);
    expect(idle).toMatchObject({ idle: 20, halfOpen: 4 });
  }, 120_000);
});
