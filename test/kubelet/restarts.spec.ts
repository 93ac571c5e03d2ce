import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/util/random';
import { TestNodes } from './nodes';

const sh = (name: string, script: string, more: object = {}): object => ({ name, image: 'busybox', command: ['sh', '-c', script], ...more });

const PODS: Record<string, Record<string, unknown>> = {
  server: { containers: [{ name: 'c', image: 'x', readinessProbe: { httpGet: { port: 80 }, periodSeconds: 3 } }] },
  work: { restartPolicy: 'Never', containers: [sh('c', 'sleep 70; exit 3')] },
  retried: { restartPolicy: 'OnFailure', containers: [sh('c', 'sleep 20'), sh('d', 'sleep 35')] },
  crash: { containers: [sh('c', 'sleep 1; exit 1')] },
  staged: { restartPolicy: 'Never', initContainers: [sh('one', 'sleep 11'), { name: 'side', image: 'x', restartPolicy: 'Always' }, sh('two', 'sleep 9')], containers: [sh('c', 'sleep 30')] },
  pulled: { containers: [{ name: 'c', image: 'registry.invalid/x' }] },
  deadline: { activeDeadlineSeconds: 50, containers: [{ name: 'c', image: 'x' }] },
  lacking: { containers: [{ name: 'c', image: 'x', envFrom: [{ configMapRef: { name: 'none' } }] }] },
  unmounted: { volumes: [{ name: 'v', secret: { secretName: 'none' } }] },
  refused: { containers: [{ name: 'c', image: 'x', resources: { requests: { cpu: '9' } } }] },
};

/** What has become of the pods after three minutes, with a node agent that is stopped and started again after pauses of up to `most` seconds. */
async function outcome(seed: number, most: number): Promise<Record<string, unknown>> {
  const n = await new TestNodes().start();
  for (const [name, spec] of Object.entries(PODS)) await n.pod(name, spec);
  const random = new SeededRandom(seed);
  for (let left = 180_000; left > 0; ) {
    const ms = Math.min(left, most ? 500 + random.int(most * 1000) : left);
    await n.pass(ms);
    left -= ms;
    if (most && left > 0) await n.restart();
  }
  const entries = await Promise.all(
    Object.keys(PODS).map(async (name) => {
      const s = await n.status(name);
      const containers = [...(s.initContainerStatuses ?? []), ...(s.containerStatuses ?? [])] as { name: string; restartCount: number; state: Record<string, { exitCode?: number; reason?: string; finishedAt?: string }> }[];
      return [name, { phase: s.phase, reason: s.reason, containers: containers.map((c) => [c.name, c.restartCount, Object.keys(c.state)[0], Object.values(c.state)[0]!.exitCode, Object.values(c.state)[0]!.finishedAt]) }] as const;
    }),
  );
  return Object.fromEntries(entries);
}

describe('a node agent that is stopped and started again and again', () => {
  it.each([1, 2, 3])('leads to the same as one that runs on (seed %i)', async (seed) => {
    const [restarted, steady] = [await outcome(seed, 12), await outcome(seed, 0)];
    expect(restarted).toEqual(steady);
  });
});
