import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/meta/object';
import { DEFAULT_STAGES } from '../../src/kubelet/stages/default-stages';
import { compilePath } from '../../src/kubelet/stages/object-path';
import type { Stage } from '../../src/kubelet/stages/stage';
import { StageEngine } from '../../src/kubelet/stages/stage-engine';
import { FakeClock } from '../../src/util/fake-clock';
import { SeededRandom } from '../../src/util/random';

function pod(o: { phase?: string; deleted?: boolean; owner?: string; labels?: Record<string, string> } = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'p',
      uid: 'u',
      labels: o.labels,
      ...(o.deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
      ...(o.owner ? { ownerReferences: [{ apiVersion: 'x', kind: o.owner, name: 'o', uid: 'v' }] } : {}),
    },
    status: { phase: o.phase ?? 'Pending', conditions: [{ type: 'Ready', status: 'True' }, { type: 'Other', status: 'False' }] },
  };
}

function engine(stages: readonly Stage[], seed = 1): { e: StageEngine; clock: FakeClock; done: string[] } {
  const clock = new FakeClock();
  const done: string[] = [];
  const e = new StageEngine(stages, clock, new SeededRandom(seed), (o, s) => done.push(`${s.next.action}@${clock.monotonic()}/${o['status'].phase}`));
  return { e, clock, done };
}

describe('paths', () => {
  it.each([
    ['.status.phase', ['Pending']],
    ['.metadata.ownerReferences.[].kind', ['Job']],
    ['.metadata.ownerReferences[].kind', ['Job']],
    ['.status.conditions.[] | select( .type == "Ready" ) | .status', ['True']],
    ['.status.conditions.[].status', ['True', 'False']],
    ['.metadata.labels["a/b"]', ['c']],
    ['.metadata.deletionTimestamp', []],
    ['.nothing.at.all', []],
    ['.nothing.[].at', []],
    ['.status.conditions | length', [2]],
    ['.status.conditions | map(select(.status == "True")) | .[0].type', ['Ready']],
    ['.status.phase // "none" | ascii_downcase', ['pending']],
    ['.metadata.labels["a/b"] == "c" and (.status.phase | test("^Pend"))', [true]],
    ['if .metadata.deletionTimestamp then 1 elif .status.phase == "Pending" then 2 else 3 end', [2]],
    ['[.status.conditions[] | .type] | join(",")', ['Ready,Other']],
    ['(.status.conditions | length) * 3 - 1', [5]],
  ])('%s', (path, values) => {
    expect(compilePath(path)(pod({ owner: 'Job', labels: { 'a/b': 'c' } }))).toEqual(values);
  });

  it('that are not understood are refused', () => {
    expect(() => compilePath('.a | reduce . as $x (0; 1)')).toThrow('is not understood');
    expect(() => compilePath('.a | lengthen')).toThrow('there is no function lengthen/0');
  });
});

describe('the stage engine', () => {
  it('takes a pod through the default stages', () => {
    const { e, clock, done } = engine(DEFAULT_STAGES);
    e.consider(pod());
    e.consider(pod({ phase: 'Running' }));
    clock.step(10_000);
    e.consider(pod({ phase: 'Running', deleted: true }));
    expect(done).toEqual(['run@0/Pending', 'terminate@10000/Running']);
  });

  it('lets the pod of a Job finish after a moment', () => {
    const { e, clock, done } = engine(DEFAULT_STAGES);
    e.consider(pod({ phase: 'Running', owner: 'Job' }));
    clock.step(499);
    e.consider(pod({ phase: 'Running', owner: 'Job', labels: { new: 'x' } }));
    expect(done).toEqual([]);
    clock.step(1);
    expect(done).toEqual(['complete@500/Running']);
  });

  it('gives up a stage that the object no longer matches, or when it is gone', () => {
    const { e, clock, done } = engine(DEFAULT_STAGES);
    e.consider(pod({ phase: 'Running', owner: 'Job' }));
    e.consider(pod({ phase: 'Failed', owner: 'Job' }));
    clock.step(1000);
    e.consider(pod({ phase: 'Running', owner: 'Job' }));
    e.forget('u');
    clock.step(1000);
    expect(done).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('draws again when more stages come to match', () => {
    const stage = (name: string, weight: number, ms: number, labels: Record<string, string>): Stage => ({ name, kind: 'Pod', selector: { matchLabels: labels }, weight, delay: { ms }, next: { action: name } });
    const { e, clock, done } = engine([stage('slow', 0, 60_000, { a: 'b' }), stage('urgent', 100, 1000, { c: 'd' })]);
    e.consider(pod({ labels: { a: 'b' } }));
    clock.step(500);
    e.consider(pod({ labels: { a: 'b', c: 'd' } }));
    clock.step(1000);
    expect(done).toEqual(['urgent@1500/Pending']);
  });

  it('draws among stages by weight and waits within the jitter', () => {
    const stage = (name: string, weight: number): Stage => ({ name, kind: 'Pod', selector: { matchLabels: { a: 'b' } }, weight, delay: { ms: 100, jitterMs: 200 }, next: { action: name } });
    const counts: Record<string, number> = {};
    for (let seed = 0; seed < 200; seed++) {
      const { e, clock, done } = engine([stage('often', 9), stage('seldom', 1)], seed);
      e.consider(pod({ labels: { a: 'b' } }));
      clock.step(99);
      expect(done).toEqual([]);
      clock.step(101);
      const [name] = done[0]!.split('@');
      counts[name!] = (counts[name!] ?? 0) + 1;
    }
    expect(counts['often']).toBeGreaterThan(150);
    expect(counts['seldom']).toBeGreaterThan(5);
  });
});
