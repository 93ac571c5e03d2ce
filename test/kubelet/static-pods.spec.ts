import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PODS } from '../../src/client/resources';
import { readStaticPods } from '../../src/cluster/static-pod-files';
import { TestNodes } from './nodes';

const proxy = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'proxy', namespace: 'default', labels: { app: 'proxy' } }, spec: { containers: [{ name: 'c', image: 'proxy:1', command: ['sh', '-c', 'sleep 50; exit 1'] }] } };

describe('static pods', () => {
  it('run on every node and are mirrored', async () => {
    const n = await new TestNodes({ nodes: 2, staticPods: [{ pod: proxy }, { node: 'node-2', pod: { ...proxy, metadata: { name: 'only' } } }] }).start();
    await n.settle();
    expect(n.client.all(PODS).map((p) => p.metadata.name).sort()).toEqual(['only-node-2', 'proxy-node-1', 'proxy-node-2']);
    const p = await n.get('proxy-node-1');
    const hash = p.metadata.annotations!['kubernetes.io/config.hash'];
    expect(hash).toMatch(/^[0-9a-f]{32}$/);
    expect(p.metadata).toMatchObject({
      labels: { app: 'proxy' },
      annotations: { 'kubernetes.io/config.mirror': hash, 'kubernetes.io/config.source': 'file' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'node-1', uid: (await n.node()).metadata.uid, controller: true }],
    });
    expect(p['spec']).toMatchObject({ nodeName: 'node-1', tolerations: [{ effect: 'NoExecute', operator: 'Exists' }] });
    expect(p['status'].phase).toBe('Running');
  });

  it('run on when their mirror is deleted, which comes back', async () => {
    const n = await new TestNodes({ staticPods: [{ pod: proxy }] }).start();
    await n.pass(60_000);
    const before = await n.get('proxy-node-1');
    expect(before['status'].containerStatuses[0].restartCount).toBe(1);
    await n.client.delete(PODS, 'default', 'proxy-node-1');
    await n.pass(1000);
    const after = await n.get('proxy-node-1');
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    expect(after['status']).toMatchObject({ phase: 'Running', startTime: before['status'].startTime, containerStatuses: [{ restartCount: 1, containerID: before['status'].containerStatuses[0].containerID }] });
    await n.pass(60_000);
    expect((await n.status('proxy-node-1')).containerStatuses[0].restartCount).toBe(2);
  });

  it('that are no longer wanted, or otherwise, go with the next start', async () => {
    const n = await new TestNodes({ staticPods: [{ pod: proxy }, { pod: { ...proxy, metadata: { name: 'gone' } } }] }).start();
    await n.settle();
    const before = await n.get('proxy-node-1');
    Object.assign(n.options, { staticPods: [{ pod: { ...proxy, metadata: { ...proxy.metadata, labels: { app: 'other' } } } }] });
    await n.restart();
    await n.pass(500);
    expect(n.client.all(PODS).map((p) => p.metadata.name)).toEqual(['proxy-node-1']);
    const after = await n.get('proxy-node-1');
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    expect(after.metadata.labels).toEqual({ app: 'other' });
    expect(after['status'].phase).toBe('Running');
  });

  it('are read from a folder', () => {
    const dir = mkdtempSync(join(tmpdir(), 'kubernest-static-'));
    mkdirSync(join(dir, 'node-2'));
    writeFileSync(join(dir, 'all.yaml'), JSON.stringify(proxy));
    writeFileSync(join(dir, 'words.txt'), 'not this');
    writeFileSync(join(dir, 'node-2', 'own.yaml'), 'apiVersion: v1\nkind: Pod\nmetadata: {name: own}\nspec: {containers: [{name: c, image: x}]}\n---\n');
    expect(readStaticPods(dir).map((m) => [m.node, m.pod.metadata.name])).toEqual([[undefined, 'proxy'], ['node-2', 'own']]);
    writeFileSync(join(dir, 'bad.yaml'), 'kind: Service');
    expect(() => readStaticPods(dir)).toThrow('bad.yaml: a static pod must be a v1 Pod with a name and a spec');
    expect(() => readStaticPods(join(dir, 'none'))).toThrow('--static-pods');
    expect(readStaticPods(undefined)).toEqual([]);
    rmSync(dir, { recursive: true });
  });
});
