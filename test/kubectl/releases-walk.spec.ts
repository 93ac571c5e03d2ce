import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Course } from './course';

const app = (name: string, version: string, replicas: number, extra = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: tienda, version: "${version}"}}
  template:
    metadata: {labels: {app: tienda, component: frontend, version: "${version}"}}
    spec:
      containers:
      - name: application
        image: tienda/app:${version}
        ports: [{containerPort: 8080}]
        readinessProbe: {httpGet: {path: /health, port: 8080}, initialDelaySeconds: 1, timeoutSeconds: 1, periodSeconds: 5}
${extra}`;

const entry = (selector: string): string => `apiVersion: v1
kind: Service
metadata: {name: entrada}
spec:
  type: NodePort
  selector: {${selector}}
  ports: [{port: 80, targetPort: 8080}]
`;

describe('releases', () => {
  let c: Course;
  beforeAll(async () => {
    c = await Course.start();
  });
  afterAll(() => c.stop());

  /** Versions of the pods that the Service leads to, sorted. */
  const served = async (): Promise<string[]> => {
    const ips = (await c.k('get endpointslices -l kubernetes.io/service-name=entrada -o jsonpath={.items[*].endpoints[*].addresses[0]}')).split(' ').filter(Boolean);
    const pods = (await c.k('get pods -l app=tienda -o jsonpath=\'{range.items[*]}{.status.podIP}={.metadata.labels.version}{" "}{end}\'')).trim().split(' ');
    const versions = new Map(pods.map((p) => p.split('=') as [string, string]));
    return ips.map((ip) => versions.get(ip) ?? `nobody at ${ip}`).sort();
  };

  it('rolling update, history and undo to a revision', async () => {
    await c.k('create deployment hola --image=nginx:1.25 --replicas=4');
    await c.rolledOut('deployment/hola');
    for (const version of ['1.26', '1.27']) {
      await c.k(`set image deployment/hola nginx=nginx:${version}`);
      await c.k(`annotate deployment/hola kubernetes.io/change-cause="a la ${version}" --overwrite`);
      await c.rolledOut('deployment/hola');
    }
    expect(await c.k('rollout history deployment/hola')).toMatch(/1\s+<none>\n2\s+a la 1\.26\n3\s+a la 1\.27\n/);
    expect(await c.k('rollout history deployment/hola --revision=2')).toMatch(/Image:\s+nginx:1\.26/);
    await c.k('rollout undo deployment/hola --to-revision=1');
    await c.rolledOut('deployment/hola');
    await c.until('get pods -l app=hola -o jsonpath={.items[*].spec.containers[0].image}', 'nginx:1.25 nginx:1.25 nginx:1.25 nginx:1.25');
    expect((await c.k('rollout history deployment/hola')).match(/^\d+/gm)).toEqual(['2', '3', '4']);
    expect(await c.refused('rollout undo deployment/hola --to-revision=9')).toContain('unable to find specified revision 9');
  });

  it('a version that cannot be had stops half way and is undone', async () => {
    await c.k('set image deployment/hola nginx=registro.invalid/nginx:2');
    await c.until('get pods -l app=hola --no-headers', /ImagePullBackOff|ErrImagePull/);
    expect((await c.rows('get deployment hola'))[0]![1]).toBe('3/4');
    expect(await c.refused('rollout status deployment/hola --timeout=1s')).toContain('timed out');
    await c.k('rollout undo deployment/hola');
    await c.rolledOut('deployment/hola');
    expect((await c.rows('get deployment hola'))[0]![1]).toBe('4/4');
  });

  it('pause, several changes, resume: one revision', async () => {
    await c.k('rollout pause deployment/hola');
    await c.k('set image deployment/hola nginx=nginx:1.28');
    await c.k('set resources deployment/hola --limits=cpu=200m,memory=64Mi');
    expect(await c.k('get deployment hola -o jsonpath={.status.updatedReplicas}')).toBe('');
    await c.k('rollout resume deployment/hola');
    await c.rolledOut('deployment/hola');
    await c.k('rollout restart deployment/hola');
    await c.rolledOut('deployment/hola');
    await c.k('autoscale deployment hola --min=2 --max=6 --cpu=50%');
    expect(await c.k('get hpa hola --no-headers')).toMatch(/^hola\s+Deployment\/hola\s+cpu: <unknown>\/50%\s+2\s+6/);
    expect(await c.k('describe hpa hola')).toContain('Max replicas:');
    await c.k('delete hpa,deployment hola');
  });

  it('canary: two Deployments behind one label, then the new one alone', async () => {
    await c.apply(app('anterior', '1.0.0', 3));
    await c.apply(entry('app: tienda, version: "1.0.0"'));
    await c.rolledOut('deployment/anterior');
    await c.apply(app('canario', '2.0.0', 1));
    await c.rolledOut('deployment/canario');
    await expect.poll(served).toEqual(['1.0.0', '1.0.0', '1.0.0']);
    await c.apply(entry('component: frontend'));
    await expect.poll(served, { timeout: 10_000 }).toEqual(['1.0.0', '1.0.0', '1.0.0', '2.0.0']);
    await c.k('scale deployment canario --replicas=3');
    await c.k('scale deployment anterior --replicas=1');
    await expect.poll(served, { timeout: 20_000 }).toEqual(['1.0.0', '2.0.0', '2.0.0', '2.0.0']);
    await c.apply(entry('version: "2.0.0"'));
    await expect.poll(served, { timeout: 10_000 }).toEqual(['2.0.0', '2.0.0', '2.0.0']);
    await c.k('delete deployment anterior canario');
    await c.k('delete service entrada');
  });

  it('blue-green: the selector is switched and switched back', async () => {
    await c.apply(app('azul', '1.0.0', 3, '        livenessProbe: {httpGet: {path: /health, port: 8080}}\n'));
    await c.apply(app('verde', '2.0.0', 3));
    await c.apply(entry('version: "1.0.0"'));
    await c.rolledOut('deployment/azul');
    await c.rolledOut('deployment/verde');
    await expect.poll(served, { timeout: 10_000 }).toEqual(['1.0.0', '1.0.0', '1.0.0']);
    await c.k('edit service entrada', { editor: 's/version: 1.0.0/version: 2.0.0/' });
    await expect.poll(served, { timeout: 10_000 }).toEqual(['2.0.0', '2.0.0', '2.0.0']);
    await c.k('patch service entrada -p \'{"spec":{"selector":{"version":"1.0.0"}}}\'');
    await expect.poll(served, { timeout: 10_000 }).toEqual(['1.0.0', '1.0.0', '1.0.0']);
    expect((await c.rows('get service entrada'))[0]!.slice(1, 2)).toEqual(['NodePort']);
  });

  it('minReadySeconds and a rollout that surges by numbers; Recreate', async () => {
    await c.apply(app('azul', '1.0.0', 3).replace('spec:\n  replicas', 'spec:\n  minReadySeconds: 1\n  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}\n  replicas'));
    await c.k('set image deployment/azul application=tienda/app:1.0.1');
    await c.rolledOut('deployment/azul');
    await c.apply(app('verde', '2.0.0', 3).replace('spec:\n  replicas', 'spec:\n  strategy: {type: Recreate}\n  replicas'));
    await c.k('set image deployment/verde application=tienda/app:2.0.1');
    await c.rolledOut('deployment/verde');
    expect((await c.rows('get replicasets -l version=2.0.0')).map((r) => r[1]).sort()).toEqual(['0', '3']);
  });
}, 120_000);
