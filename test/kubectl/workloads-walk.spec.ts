import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Course } from './course';

const DATABASE = `apiVersion: v1
kind: Service
metadata: {name: bd}
spec: {clusterIP: None, selector: {app: bd}, ports: [{port: 3306}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: bd}
spec:
  serviceName: bd
  replicas: 3
  selector: {matchLabels: {app: bd}}
  template:
    metadata: {labels: {app: bd}}
    spec:
      containers: [{name: mysql, image: "mysql:8", volumeMounts: [{name: datos, mountPath: /var/lib/mysql}]}]
  volumeClaimTemplates:
  - metadata: {name: datos}
    spec: {accessModes: [ReadWriteOnce], storageClassName: manual, resources: {requests: {storage: 1Gi}}}
`;

const disk = (name: string, extra = ''): string => `---
apiVersion: v1
kind: PersistentVolume
metadata: {name: ${name}, labels: {tipo: ${name}}}
spec: {capacity: {storage: 2Gi}, accessModes: [ReadWriteOnce], storageClassName: manual, hostPath: {path: /mnt/${name}}${extra}}
`;

const agent = (image: string): string => `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agente}
spec:
  selector: {matchLabels: {app: agente}}
  template:
    metadata: {labels: {app: agente}}
    spec: {containers: [{name: agente, image: "${image}"}]}
`;

describe('kinds of workloads', () => {
  let c: Course;
  beforeAll(async () => {
    c = await Course.start();
  });
  afterAll(() => c.stop());

  it('a StatefulSet: names, order, disks that outlive the pods', async () => {
    await c.apply(DATABASE);
    await c.until('get pvc --no-headers', /^datos-bd-0\s+Pending/);
    expect(await c.k('get pods bd-0 --no-headers')).toMatch(/0\/1\s+Pending/);
    await c.apply(['d0', 'd1', 'd2'].map((d) => disk(d)).join(''));
    await c.rolledOut('statefulset/bd');
    expect((await c.rows('get pods -l app=bd')).map((r) => r.slice(0, 3))).toEqual([0, 1, 2].map((i) => [`bd-${i}`, '1/1', 'Running']));
    expect((await c.rows('get pvc')).map((r) => r.slice(0, 2))).toEqual([0, 1, 2].map((i) => [`datos-bd-${i}`, 'Bound']));
    const disks = await c.k('get pvc -o jsonpath={.items[*].spec.volumeName}');
    const before = await c.k('get pod bd-1 -o jsonpath={.metadata.uid}');
    await c.k('delete pod bd-1');
    await c.until('get pod bd-1 --no-headers --ignore-not-found', /1\/1\s+Running/);
    expect(await c.k('get pod bd-1 -o jsonpath={.metadata.uid}')).not.toBe(before);
    await c.k('scale statefulset bd --replicas=1');
    await c.until('get pods -l app=bd -o name', 'pod/bd-0');
    await c.k('scale statefulset bd --replicas=3');
    await c.rolledOut('statefulset/bd');
    expect(await c.k('get pvc -o jsonpath={.items[*].spec.volumeName}')).toBe(disks);
  });

  it('a StatefulSet: partitioned update, undo', async () => {
    await c.k('patch statefulset bd -p \'{"spec":{"updateStrategy":{"rollingUpdate":{"partition":2}}}}\'');
    await c.k('set image statefulset/bd mysql=mysql:9');
    const images = 'get pods -l app=bd -o jsonpath={.items[*].spec.containers[0].image}';
    await c.until(images, 'mysql:8 mysql:8 mysql:9');
    await c.k('patch statefulset bd -p \'{"spec":{"updateStrategy":{"rollingUpdate":{"partition":0}}}}\'');
    await c.until(images, 'mysql:9 mysql:9 mysql:9');
    await c.rolledOut('statefulset/bd');
    expect((await c.k('rollout history statefulset/bd')).match(/^\d+/gm)).toEqual(['1', '2']);
    await c.k('rollout undo statefulset/bd');
    await c.until(images, 'mysql:8 mysql:8 mysql:8');
    await c.k('delete statefulset bd');
    await c.until('get pods -l app=bd -o name', '');
  });

  it('volumes: released, deleted, chosen by label; a claim in use stays', async () => {
    await c.k('delete pvc --all');
    await c.until('get pv -o jsonpath={.items[*].status.phase}', 'Released Released Released');
    await c.apply(disk('elegido') + disk('otro'));
    await c.apply(`apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: pide}
spec: {accessModes: [ReadWriteOnce], storageClassName: manual, selector: {matchLabels: {tipo: elegido}}, resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: usa}
spec:
  containers: [{name: c, image: nginx, volumeMounts: [{name: v, mountPath: /datos}]}]
  volumes: [{name: v, persistentVolumeClaim: {claimName: pide}}]
`);
    await c.until('get pod usa --no-headers', /Running/);
    expect((await c.rows('get pvc pide'))[0]!.slice(1, 5)).toEqual(['Bound', 'elegido', '2Gi', 'RWO']);
    expect((await c.rows('get pv elegido'))[0]!.slice(3, 6)).toEqual(['Retain', 'Bound', 'default/pide']);
    await c.k('delete pvc pide --wait=false');
    await c.until('get pvc pide --no-headers', /Terminating/);
    await c.k('delete pod usa');
    await c.until('get pvc --no-headers', '');
    expect(await c.k('describe pv elegido')).toMatch(/Status:\s+Released/);
  });

  it('a DaemonSet: a pod on every node, updated one by one, kept to labelled nodes', async () => {
    await c.apply(agent('fluentd:1'));
    await c.rolledOut('daemonset/agente');
    expect((await c.k('get pods -l app=agente -o jsonpath={.items[*].spec.nodeName}')).split(' ').sort()).toEqual(['node-1', 'node-2', 'node-3']);
    await c.k('set image daemonset/agente agente=fluentd:2');
    await c.rolledOut('daemonset/agente');
    await c.k('rollout undo daemonset/agente');
    await c.rolledOut('daemonset/agente');
    expect(await c.k('get daemonset agente -o jsonpath={.spec.template.spec.containers[0].image}')).toBe('fluentd:1');
    await c.k('label node node-2 disco=ssd');
    await c.k('patch daemonset agente -p \'{"spec":{"template":{"spec":{"nodeSelector":{"disco":"ssd"}}}}}\'');
    await c.until('get pods -l app=agente -o jsonpath={.items[*].spec.nodeName}', 'node-2');
    await c.apply('apiVersion: v1\nkind: Node\nmetadata: {name: nuevo, labels: {disco: ssd}}\n');
    await c.until('get daemonset agente --no-headers', /^agente\s+2\s+2\s+2\s+2\s+2\s+disco=ssd/);
    await c.k('delete daemonset agente');
  });

  it('Jobs: once, in parallel, failing, suspended', async () => {
    await c.k('create job pi --image=perl -- perl -Mbignum=bpi -wle "print bpi(200)"');
    await c.k('wait --for=condition=complete job/pi --timeout=20s');
    expect((await c.rows('get job pi'))[0]!.slice(1, 3)).toEqual(['Complete', '1/1']);
    const job = (name: string, spec: string, script: string): string => `---
apiVersion: batch/v1
kind: Job
metadata: {name: ${name}}
spec: {${spec}, template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sh, -c, "${script}"]}]}}}
`;
    await c.apply(job('lote', 'completions: 4, parallelism: 2', 'echo hola; sleep 0.3') + job('falla', 'backoffLimit: 0', 'exit 3') + job('quieto', 'suspend: true', 'true') + job('indices', 'completions: 2, parallelism: 2, completionMode: Indexed', 'echo $JOB_COMPLETION_INDEX'));
    await c.k('wait --for=condition=complete job/lote job/indices --timeout=30s');
    await c.k('wait --for=condition=failed job/falla --timeout=20s');
    expect(await c.k('describe job falla')).toContain('BackoffLimitExceeded');
    expect(await c.k('get pods -l job-name=falla -o jsonpath={.items[0].status.containerStatuses[0].state.terminated.exitCode}')).toBe('3');
    expect(await c.k('get job quieto --no-headers')).toMatch(/Suspended\s+0\/1/);
    await c.k('patch job quieto -p \'{"spec":{"suspend":false}}\'');
    await c.k('wait --for=condition=complete job/quieto --timeout=20s');
    expect((await c.k('logs -l job-name=indices')).trim().split('\n').sort()).toEqual(['0', '1']);
    await c.k('delete job --all');
    await c.until('get pods -l job-name -o name', '');
  });

  it('CronJobs: made, run by hand, suspended', async () => {
    await c.k('create cronjob informe --image=busybox --schedule="*/1 * * * *" -- date');
    await c.k('create job ahora --from=cronjob/informe');
    await c.k('wait --for=condition=complete job/ahora --timeout=20s');
    await c.k('patch cronjob informe -p \'{"spec":{"suspend":true}}\'');
    expect(await c.k('get cronjob informe --no-headers')).toMatch(/^informe\s+\*\/1 \* \* \* \*\s+<none>\s+True/);
    await c.k('delete cronjob informe');
  });

  it('a ReplicationController and a ReplicaSet bring back what is deleted', async () => {
    const set = (kind: string, api: string, selector: string): string => `---
apiVersion: ${api}
kind: ${kind}
metadata: {name: ${kind.toLowerCase()}}
spec: {replicas: 2, selector: ${selector}, template: {metadata: {labels: {de: ${kind}}}, spec: {containers: [{name: c, image: nginx}]}}}
`;
    await c.apply(set('ReplicationController', 'v1', '{de: ReplicationController}') + set('ReplicaSet', 'apps/v1', '{matchLabels: {de: ReplicaSet}}'));
    for (const kind of ['ReplicationController', 'ReplicaSet']) {
      const name = kind.toLowerCase();
      await c.until(`get ${name} ${name} --no-headers`, /\s2\s+2\s+2\s/);
      const first = await c.k(`get pods -l de=${kind} -o jsonpath={.items[0].metadata.name}`);
      await c.k(`delete pod ${first}`);
      await c.until(`get ${name} ${name} --no-headers`, /\s2\s+2\s+2\s/);
      await c.k(`scale ${name} ${name} --replicas=0`);
      await c.until(`get pods -l de=${kind} -o name`, '');
    }
  });
}, 120_000);
