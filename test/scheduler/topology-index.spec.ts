import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/meta/object';
import type { LabelSelectorSpec } from '../../src/api/selectors/label-selector';
import { selectorFrom } from '../../src/api/selectors/label-selector';
import { ClusterCache } from '../../src/scheduler/cache/cluster-cache';
import { SeededRandom } from '../../src/util/random';

function node(name: string, labels: Record<string, string>): KubeObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, status: { allocatable: {} } };
}

function pod(uid: string, nodeName: string, labels: Record<string, string>, generation = 1): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { uid, name: uid, namespace: `ns-${Number(uid) % 2}`, labels, generation }, spec: { nodeName, containers: [] } };
}

describe('counts kept by the cache', () => {
  it('are what counting anew would give, whatever happened', () => {
    const random = new SeededRandom(11);
    const cache = new ClusterCache();
    const nodes = new Map<string, KubeObject>();
    const pods = new Map<string, KubeObject>();
    const specs: LabelSelectorSpec[] = [{ matchLabels: { app: 'a' } }, { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['b'] }] }, { matchLabels: { app: 'b', tier: 'x' } }];
    const selectors = specs.map((s) => selectorFrom(s));
    const pick = <T>(list: readonly T[]): T => list[random.int(list.length)]!;
    const anyLabels = (): Record<string, string> => ({ app: pick(['a', 'b', 'c']), tier: pick(['x', 'y']) });
    const check = (): void => {
      for (const selector of selectors) {
        const tally = cache.topology.count({ namespaces: new Set(['ns-0']), selectors: [selector], terminating: false });
        const byZone: Record<string, number> = {};
        const byNode: Record<string, number> = {};
        for (const p of pods.values()) {
          if (p.metadata.namespace !== 'ns-0' || !selector.matches(p.metadata.labels)) continue;
          const n = p['spec'].nodeName as string;
          byNode[n] = (byNode[n] ?? 0) + 1;
          const zone = nodes.get(n)?.metadata.labels?.['zone'];
          if (zone) byZone[zone] = (byZone[zone] ?? 0) + 1;
        }
        expect(Object.fromEntries(tally.byValue('zone'))).toEqual(byZone);
        expect(Object.fromEntries([...tally.byNode].map(([n, v]) => [n.name, v]))).toEqual(byNode);
      }
      const domains: Record<string, number> = {};
      for (const n of nodes.values()) if (n.metadata.labels!['zone']) domains[n.metadata.labels!['zone']] = (domains[n.metadata.labels!['zone']] ?? 0) + 1;
      expect(Object.fromEntries(cache.domains.of('zone').values)).toEqual(domains);
    };
    for (let i = 0; i < 600; i++) {
      const name = `n${random.int(6)}`;
      const uid = String(random.int(40));
      switch (random.int(5)) {
        case 0: {
          const labels: Record<string, string> = random.int(4) ? { zone: pick(['z1', 'z2', 'z3']) } : {};
          nodes.set(name, node(name, labels));
          cache.setNode(nodes.get(name)!);
          break;
        }
        case 1:
          if (random.int(3) === 0) {
            nodes.delete(name);
            cache.removeNode(name);
          }
          break;
        case 2:
          pods.delete(uid);
          cache.removePod(uid);
          break;
        default:
          pods.set(uid, pod(uid, pods.get(uid)?.['spec'].nodeName ?? name, anyLabels()));
          cache.setPod(pods.get(uid)!);
      }
      if (i % 20 === 0) check();
    }
    check();
  });
});
