import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

const root = join(__dirname, '..', '..');

// With few clusters, to see that they do not know of each other and leave nothing; what the figures are is not looked at.
describe('the benchmark of many clusters', () => {
  beforeAll(async () => {
    const scripts = (await import(join(root, 'scripts', 'build-if-stale.mjs'))) as { stale(): boolean; build(): Promise<{ code: number; output: string }> };
    if (scripts.stale()) expect((await scripts.build()).code).toBe(0);
  }, 300_000);

  it('runs them side by side, each for itself', async () => {
    const args = ['clusters', '--clusters', '3', '--idle', '1', '--nodes', '1', '--output', 'json'];
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'test', 'bench', 'run.mjs'), ...args]);
    expect(JSON.parse(stdout)).toMatchObject({ clusters: 3, nodes: 1, processes: { problems: [] }, oneProcess: { problems: [] } });
  }, 120_000);
});
