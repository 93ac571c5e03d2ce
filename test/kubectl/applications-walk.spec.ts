import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Course } from './course';

const pod = (name: string, spec: string): string => `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  ${spec.replaceAll('\n', '\n  ')}
`;

describe('an application and what it needs', () => {
  let c: Course;
  beforeAll(async () => {
    c = await Course.start();
    await c.k('create namespace curso');
    await c.k('config set-context --current --namespace=curso');
  });
  afterAll(() => c.stop());

  it('namespaces keep things apart and go with all they hold', async () => {
    await c.k('create namespace efimero');
    await c.k('create deployment web --image=nginx -n efimero');
    await c.k('create deployment web --image=nginx');
    await c.k('rollout status deployment/web -n efimero --timeout=20s');
    expect((await c.rows('get deployments --all-namespaces')).map((r) => r.slice(0, 2))).toEqual([['curso', 'web'], ['efimero', 'web']]);
    await c.k('delete namespace efimero --timeout=30s');
    expect(await c.refused('get namespace efimero')).toContain('NotFound');
    await c.k('delete deployment web');
  });

  it('labels and annotations', async () => {
    for (const [name, env] of [['uno', 'dev'], ['dos', 'prod'], ['tres', 'staging']]) await c.k(`run ${name} --image=nginx --labels=environment=${env}`);
    await c.until('get pods -l environment=prod -o name', 'pod/dos');
    expect(await c.k('get pods -l "environment in (dev,staging)" -o name')).toBe('pod/tres\npod/uno\n');
    expect(await c.k('get pods -l environment!=prod --show-labels --no-headers')).toMatch(/environment=staging/);
    await c.k('label pod uno environment=prod --overwrite');
    expect(await c.refused('label pod uno environment=dev')).toContain('already has a value');
    await c.k('label pods --all nivel=1');
    await c.k('annotate pod uno nota="una nota"');
    expect(await c.k('get pods -L environment,nivel --no-headers')).toMatch(/^dos.*prod\s+1\n/);
    await c.until('get pods --field-selector status.phase=Running -o name', 'pod/dos\npod/tres\npod/uno');
    await c.k('delete pods -l nivel=1');
  });

  it('ConfigMaps and Secrets: in the environment, as files, and when they are missing', async () => {
    await c.apply(pod('usa', `restartPolicy: Never
containers:
- name: c
  image: busybox
  command: [sh, -c, 'echo "$COLOR $CLAVE"']
  env:
  - {name: COLOR, valueFrom: {configMapKeyRef: {name: ajustes, key: color}}}
  - {name: CLAVE, valueFrom: {secretKeyRef: {name: secreto, key: clave}}}`) + pod('monta', `containers: [{name: c, image: nginx, volumeMounts: [{name: v, mountPath: /etc/ajustes}]}]
volumes: [{name: v, configMap: {name: ficheros}}]`));
    await c.until('get pod usa --no-headers', /CreateContainerConfigError/);
    await c.until('get pod monta --no-headers', /ContainerCreating/);
    await c.until('describe pod monta', /FailedMount.*configmap "ficheros" not found/);
    expect(await c.k('describe pod usa')).toMatch(/Error: configmap "ajustes" not found/);
    await c.k('create configmap ajustes --from-literal=color=azul');
    await c.k('create secret generic secreto --from-literal=clave=1234');
    await c.k('create configmap ficheros --from-literal=app.conf=x=1');
    await c.until('get pod usa --no-headers', /Completed/);
    await c.until('get pod monta --no-headers', /Running/);
    expect(await c.k('logs usa')).toBe('azul 1234\n');
    expect(await c.k('describe secret secreto')).toContain('clave:  4 bytes');
    await c.k('edit configmap ajustes', { editor: 's/azul/rojo/' });
    expect(await c.k('get configmap ajustes -o jsonpath={.data.color}')).toBe('rojo');
    await c.k('delete pod usa monta');
  });

  it('Services of every type, endpoints only of pods that are ready', async () => {
    await c.k('create deployment web --image=nginx --replicas=2 --port=80');
    await c.rolledOut('deployment/web');
    await c.k('expose deployment web --port=80 --target-port=8080 --type=NodePort');
    await c.k('expose deployment web --name=publico --port=80 --type=LoadBalancer');
    await c.k('create service clusterip interno --tcp=80:8080');
    await c.k('create service externalname fuera --external-name=example.com');
    expect((await c.rows('get services')).map((r) => r[1]).sort()).toEqual(['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']);
    expect(await c.k('get service web --no-headers')).toMatch(/80:3[0-2]\d{3}\/TCP/);
    const addresses = 'get endpointslices -l kubernetes.io/service-name=web -o jsonpath={.items[*].endpoints[?(@.conditions.ready==true)].addresses[0]}';
    await c.until(addresses, /^\S+ \S+$/);
    expect(await c.k('describe service web')).toMatch(/Endpoints:\s+10\.244\.\d+\.\d+:8080,10\.244\.\d+\.\d+:8080/);
    await c.apply(pod('lento', `containers: [{name: c, image: busybox, command: [sh, -c, "sleep 2; touch /tmp/listo; sleep 3600"], readinessProbe: {exec: {command: [cat, /tmp/listo]}, periodSeconds: 1}}]`));
    await c.k('label pod lento app=web --overwrite');
    await c.until('get pod lento --no-headers', /0\/1\s+Running/);
    await c.until(addresses, /^\S+ \S+$/);
    await c.until(addresses, /^\S+ \S+ \S+$/);
    await c.k('create ingress entrada --rule=ejemplo.com/*=web:80');
    expect(await c.k('describe ingress entrada')).toMatch(/ejemplo\.com\s+\/\s+web:80 \(10\.244/);
    await c.k('delete ingress,service,deployment --all');
    await c.k('delete pod lento');
  });

  it('probes: liveness restarts, readiness takes out, startup waits', async () => {
    await c.apply(pod('vive', `containers:
- name: c
  image: busybox
  args: [/bin/sh, -c, "touch /tmp/healthy; sleep 2; rm -f /tmp/healthy; sleep 600"]
  livenessProbe: {exec: {command: [cat, /tmp/healthy]}, periodSeconds: 1, failureThreshold: 1}`) + pod('arranca', `containers:
- name: c
  image: busybox
  args: [/bin/sh, -c, "sleep 2; touch /tmp/listo; sleep 600"]
  startupProbe: {exec: {command: [cat, /tmp/listo]}, periodSeconds: 1, failureThreshold: 10}
  livenessProbe: {exec: {command: [cat, /tmp/listo]}, periodSeconds: 1, failureThreshold: 1}`));
    await c.until('get pod vive -o jsonpath={.status.containerStatuses[0].restartCount}', /^[1-9]/);
    expect(await c.k('describe pod vive')).toMatch(/Unhealthy.*Liveness probe failed: cat: can't open '\/tmp\/healthy': No such file or directory[^]*Killing.*Container c failed liveness probe, will be restarted/);
    await c.until('get pod arranca --no-headers', /1\/1\s+Running\s+0/);
    await c.k('delete pod vive arranca --grace-period=1');
  });

  it('resources: QoS, defaults, quotas', async () => {
    await c.apply(pod('garantizado', 'containers: [{name: c, image: nginx, resources: {limits: {cpu: 100m, memory: 64Mi}}}]') + pod('a-rafagas', 'containers: [{name: c, image: nginx, resources: {requests: {cpu: 100m}}}]') + pod('lo-que-haya', 'containers: [{name: c, image: nginx}]'));
    expect(await c.k('get pods a-rafagas garantizado lo-que-haya -o jsonpath={.items[*].status.qosClass}')).toBe('Burstable Guaranteed BestEffort');
    await c.apply('apiVersion: v1\nkind: LimitRange\nmetadata: {name: limites}\nspec: {limits: [{type: Container, default: {cpu: 200m, memory: 128Mi}, defaultRequest: {cpu: 100m, memory: 64Mi}, max: {cpu: "1"}}]}\n');
    await c.k('create quota cuota --hard=pods=4,requests.cpu=1');
    await c.k('run por-defecto --image=nginx');
    expect(JSON.parse(await c.k('get pod por-defecto -o jsonpath={.spec.containers[0].resources}'))).toEqual({ limits: { cpu: '200m', memory: '128Mi' }, requests: { cpu: '100m', memory: '64Mi' } });
    expect(await c.refused('run otro-mas --image=nginx')).toContain('exceeded quota: cuota, requested: pods=1, used: pods=4, limited: pods=4');
    expect(await c.refused('apply -f -', pod('demasiado', 'containers: [{name: c, image: nginx, resources: {limits: {cpu: "2"}}}]'))).toContain('maximum cpu usage per Container is 1, but limit is 2');
    expect(await c.k('describe quota cuota')).toMatch(/pods\s+4\s+4/);
    await c.k('delete quota,limitrange,pods --all --grace-period=1');
  });

  it('what pods come to: done, failed, crashing, without an image, waiting for others', async () => {
    const once = (name: string, script: string): Promise<string> => c.k(`run ${name} --image=busybox --restart=Never -- sh -c '${script}'`);
    await once('bien', 'echo hola; sleep 0.2');
    await once('mal', 'exit 2');
    await c.apply(
      pod('cae', 'containers: [{name: c, image: busybox, command: ["false"]}]') +
        pod('sin-imagen', 'containers: [{name: c, image: "registro.invalid/nada:1"}]') +
        pod('mal-nombre', 'containers: [{name: c, image: "Mal:Nombre:x"}]') +
        pod('espera', 'initContainers: [{name: antes, image: busybox, command: [sleep, "1"]}]\ncontainers: [{name: c, image: nginx}]') +
        pod('plazo', 'activeDeadlineSeconds: 1\ncontainers: [{name: c, image: nginx}]'),
    );
    const phases: [string, RegExp][] = [
      ['bien', /0\/1\s+Completed/],
      ['mal', /0\/1\s+Error/],
      ['cae', /CrashLoopBackOff\s+1/],
      ['sin-imagen', /ErrImagePull|ImagePullBackOff/],
      ['mal-nombre', /InvalidImageName/],
      ['espera', /1\/1\s+Running/],
      ['plazo', /0\/1\s+(DeadlineExceeded|Completed)/],
    ];
    for (const [name, look] of phases) await c.until(`get pod ${name} --no-headers`, look);
    expect(await c.k('logs bien')).toBe('hola\n');
    await c.until('get events --field-selector involvedObject.name=cae', /BackOff.*Back-off restarting failed container c/);
    expect(await c.k('get pod mal -o jsonpath={.status.containerStatuses[0].state.terminated.exitCode}')).toBe('2');
    await c.k('delete pods --all --grace-period=1');
  });

  it('resizing in place, a debugging container, running out of memory', async () => {
    await c.apply(pod('crece', 'containers: [{name: c, image: nginx, resources: {requests: {cpu: 100m, memory: 64Mi}}}]') + pod('revienta', 'restartPolicy: Never\ncontainers: [{name: c, image: polinux/stress, command: [stress], args: [--vm, "1", --vm-bytes, 250M], resources: {limits: {memory: 100Mi}}}]'));
    await c.until('get pod crece --no-headers', /1\/1\s+Running/);
    await c.k('patch pod crece --subresource resize -p \'{"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"200m"}}}]}}\'');
    await c.until('get pod crece -o jsonpath={.status.containerStatuses[0].resources.requests.cpu}/{.status.containerStatuses[0].restartCount}', '200m/0');
    await c.until('get events --field-selector involvedObject.name=crece', /ResizeCompleted\s+pod\/crece\s+Pod resize completed/);
    await c.k('debug crece --image=busybox --target=c --profile=general -- sleep 1');
    await c.until('get pod crece -o jsonpath={.status.ephemeralContainerStatuses[0].state.terminated.exitCode}', '0');
    await c.until('get pod revienta --no-headers', /OOMKilled/);
    await c.k('delete pods --all --grace-period=1');
  });

  it('accounts and roles', async () => {
    await c.k('create serviceaccount robot');
    await c.k('create role lee --verb=get,list --resource=pods');
    await c.k('create rolebinding lee --role=lee --serviceaccount=curso:robot');
    expect(await c.k('auth can-i list pods --as=system:serviceaccount:curso:robot')).toBe('yes\n');
    expect(await c.k('create token robot')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\s*$/);
    await c.k('get serviceaccounts default -o yaml');
  });

  it('looking around', async () => {
    expect(await c.k('api-resources --api-group=apps -o name')).toContain('deployments.apps');
    expect(await c.k('explain deploy.spec')).toContain('replicas');
    expect(await c.k('cluster-info')).toContain('is running at');
    expect(await c.k('get componentstatuses')).toContain('Healthy');
    expect(await c.k('create deployment x --image=nginx --dry-run=client -o yaml')).toContain('kind: Deployment');
    await c.k('get all --all-namespaces');
    expect(await c.k('get --raw /apis/apps/v1')).toContain('"deployments/scale"');
  });
}, 120_000);
