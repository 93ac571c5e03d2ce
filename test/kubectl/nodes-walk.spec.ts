import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Course } from './course';

describe('nodes', () => {
  let c: Course;
  beforeAll(async () => {
    c = await Course.start();
  });
  afterAll(() => c.stop());

  const nodesOf = async (label: string): Promise<string[]> => [...new Set((await c.k(`get pods -l ${label} -o jsonpath={.items[*].spec.nodeName}`)).split(' '))].sort();

  it('are listed, described, labelled', async () => {
    expect(await c.k('get nodes -o jsonpath=\'{.items[*].status.addresses[?(@.type=="InternalIP")].address}\'')).toMatch(/^172\.18\.\d+\.\d+ 172\.18\.\d+\.\d+ 172\.18\.\d+\.\d+$/);
    await c.k('label node node-2 disktype=ssd');
    expect(await c.k('get nodes --selector=disktype=ssd -o name')).toBe('node/node-2\n');
    await c.apply('apiVersion: v1\nkind: Pod\nmetadata: {name: rapido}\nspec: {nodeSelector: {disktype: ssd}, containers: [{name: c, image: nginx}]}\n');
    await c.until('get pod rapido -o wide --no-headers', /Running.*node-2/);
    expect(await c.k('describe node node-2')).toMatch(/Non-terminated Pods:\s+\(1 in total\)[^]*rapido/);
    await c.k('delete pod rapido');
    await c.k('label node node-2 disktype-');
  });

  it('taints keep pods off, send them away, and are tolerated', async () => {
    await c.k('taint nodes node-1 dedicado=si:NoSchedule');
    await c.k('create deployment web --image=nginx --replicas=4');
    await c.rolledOut('deployment/web');
    expect(await nodesOf('app=web')).toEqual(['node-2', 'node-3']);
    await c.k('taint nodes node-3 fuera=si:NoExecute');
    await expect.poll(() => nodesOf('app=web'), { timeout: 15_000 }).toEqual(['node-2']);
    await c.rolledOut('deployment/web');
    await c.apply('apiVersion: v1\nkind: Pod\nmetadata: {name: aguanta}\nspec: {nodeName: node-3, tolerations: [{key: fuera, operator: Exists}], containers: [{name: c, image: nginx}]}\n');
    await c.until('get pod aguanta --no-headers', /Running/);
    await c.k('taint nodes node-3 fuera-');
    await c.k('taint nodes node-1 dedicado:NoSchedule-');
    expect(await c.k('get nodes -o jsonpath={.items[*].spec.taints}')).toBe('');
    await c.k('delete pod aguanta');
  });

  it('cordon, drain within a budget, uncordon', async () => {
    await c.k('create poddisruptionbudget web --selector=app=web --min-available=2');
    await c.k('cordon node-2');
    expect((await c.rows('get node node-2'))[0]![1]).toBe('Ready,SchedulingDisabled');
    await c.until('get pdb web -o jsonpath={.status.disruptionsAllowed}', '2');
    await c.k('run suelto --image=nginx --overrides=\'{"spec":{"nodeName":"node-2"}}\'');
    await c.until('get pod suelto --no-headers', /Running/);
    expect(await c.refused('drain node-2 --timeout=5s')).toContain('cannot delete Pods that declare no controller');
    await c.k('drain node-2 --force --timeout=40s');
    expect(await nodesOf('app=web')).toEqual(['node-1', 'node-3']);
    await c.rolledOut('deployment/web');
    await c.k('uncordon node-2');
    expect((await c.rows('get node node-2'))[0]![1]).toBe('Ready');
    await c.k('delete deployment/web pdb/web');
  });

  it('requests that no node can meet leave a pod waiting, and say so', async () => {
    await c.apply('apiVersion: v1\nkind: Pod\nmetadata: {name: grande}\nspec: {containers: [{name: c, image: nginx, resources: {requests: {cpu: "64"}}}]}\n');
    await c.until('describe pod grande', /FailedScheduling.*0\/3 nodes are available: 3 Insufficient cpu/);
    await c.k('delete pod grande');
  });

  it('affinity, spread', async () => {
    await c.apply(`apiVersion: apps/v1
kind: Deployment
metadata: {name: separado}
spec:
  replicas: 3
  selector: {matchLabels: {app: separado}}
  template:
    metadata: {labels: {app: separado}}
    spec:
      affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {app: separado}}, topologyKey: kubernetes.io/hostname}]}}
      containers: [{name: c, image: nginx}]
`);
    await c.rolledOut('deployment/separado');
    expect(await nodesOf('app=separado')).toEqual(['node-1', 'node-2', 'node-3']);
    await c.k('scale deployment separado --replicas=4');
    await c.until('get deployment separado --no-headers', /3\/4/);
    await c.k('delete deployment separado');
  });

  it('a node that runs short of memory is marked, and sends pods away', async () => {
    await c.k('create deployment aqui --image=nginx --replicas=3');
    await c.rolledOut('deployment/aqui');
    const node = await c.k('get pods -l app=aqui -o jsonpath={.items[0].spec.nodeName}');
    await c.k(`annotate node ${node} kubernest.io/pressure=memory`);
    await c.until('get pods -l app=aqui -o jsonpath={.items[*].status.reason}', /Evicted/);
    await c.until(`get node ${node} -o jsonpath={.spec.taints[*].key}`, 'node.kubernetes.io/memory-pressure');
    expect(await c.k('get events')).toMatch(/Evicted\s+pod\/aqui-\S+\s+The node was low on resource: memory/);
    await c.rolledOut('deployment/aqui');
    await c.k(`annotate node ${node} kubernest.io/pressure-`);
    await c.until(`get node ${node} -o jsonpath={.spec.taints[*].key}`, '');
    await c.k('delete deployment aqui');
    await c.k('delete pods --field-selector status.phase=Failed');
  });

  it('a node that is deleted loses its pods', async () => {
    await c.k('create deployment resto --image=nginx --replicas=3');
    await c.rolledOut('deployment/resto');
    await c.k('drain node-3 --force --timeout=30s');
    await c.k('delete node node-3');
    await c.rolledOut('deployment/resto');
    expect(await nodesOf('app=resto')).toEqual(['node-1', 'node-2']);
    expect((await c.rows('get nodes')).map((r) => r[0])).toEqual(['node-1', 'node-2']);
  });
}, 120_000);
