// The steps of a client through @kubernetes/client-node. It is run in the folder where its library is installed.
import { createRequire } from 'node:module';
import { conflict as isConflict, cut, equal, eventually, namespace, refused, run } from './steps.mjs';

const require = createRequire(`${process.cwd()}/`);
const k8s = require('@kubernetes/client-node');

const config = new k8s.KubeConfig();
config.loadFromFile(process.env.KUBECONFIG);
const core = config.makeApiClient(k8s.CoreV1Api);
const apps = config.makeApiClient(k8s.AppsV1Api);
const objects = k8s.KubernetesObjectApi.makeApiClient(config);
const labels = { by: 'node' };
const configMap = (name, data) => ({ metadata: { name, namespace, labels }, data });
const deployment = (name) => ({
  metadata: { name, namespace },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } },
  },
});
const read = (name) => core.readNamespacedConfigMap({ name, namespace });
const patched = (body, type) => core.patchNamespacedConfigMap({ name: 'one', namespace, body, fieldManager: 'node', ...(type.includes('apply') && { force: true }) }, k8s.setHeaderOptions('Content-Type', type));

await run({
  async create() {
    const made = await core.createNamespacedConfigMap({ namespace, body: configMap('one', { a: '1' }), fieldManager: 'node', fieldValidation: 'Strict' });
    equal('manager', made.metadata.managedFields[0].manager, 'node');
    equal('a time', made.metadata.creationTimestamp instanceof Date, true);
    await refused(409, core.createNamespacedConfigMap({ namespace, body: configMap('one') }));
    const d = await apps.createNamespacedDeployment({ namespace, body: deployment('web') });
    equal('default', d.spec.strategy.rollingUpdate.maxSurge, '25%');
    const bad = deployment('bad');
    bad.spec.selector.matchLabels = { other: 'x' };
    const e = await refused(422, apps.createNamespacedDeployment({ namespace, body: bad }));
    equal('field', JSON.parse(e.body).details.causes[0].field, 'spec.template.metadata.labels');
  },
  async get() {
    equal('data', (await read('one')).data, { a: '1' });
    await refused(404, read('none'));
    await eventually('a ready deployment', async () => (await apps.readNamespacedDeploymentStatus({ name: 'web', namespace })).status.readyReplicas === 2);
    equal('version', (await config.makeApiClient(k8s.VersionApi).getCode()).minor, '36');
  },
  async list() {
    for (let i = 0; i < 6; i++) await core.createNamespacedConfigMap({ namespace, body: configMap(`page-${i}`) });
    const names = [];
    let pages = 0;
    for (let token = ''; pages === 0 || token; pages++) {
      const page = await core.listNamespacedConfigMap({ namespace, labelSelector: 'by=node', limit: 3, _continue: token || undefined });
      names.push(...page.items.map((m) => m.metadata.name));
      token = page.metadata._continue;
    }
    equal('pages', pages, 3);
    equal('names', names, ['one', ...Array.from({ length: 6 }, (_, i) => `page-${i}`)]);
  },
  async watch() {
    // An informer, which lists and watches again after each break.
    const list = () => core.listNamespacedConfigMap({ namespace, labelSelector: 'watched=y' });
    const informer = k8s.makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, list, 'watched=y');
    const seen = { add: [], update: [], delete: [] };
    for (const kind of Object.keys(seen)) informer.on(kind, (o) => seen[kind].push(o.metadata.name));
    let running = true;
    informer.on('error', () => running && setTimeout(() => informer.start(), 10));
    await informer.start();
    for (let i = 0; i < 3; i++) {
      const body = { ...configMap(`watched-${i}`), metadata: { name: `watched-${i}`, labels: { watched: 'y' } } };
      await eventually('a write', () => core.createNamespacedConfigMap({ namespace, body }).then(() => true, (e) => e.code === 409));
      await eventually(`the event of watched-${i}`, () => seen.add.includes(`watched-${i}`));
      await cut();
    }
    await eventually('the deletion', () => core.deleteNamespacedConfigMap({ name: 'watched-1', namespace }).then(() => true, (e) => e.code === 404));
    await eventually('the event of the deletion', () => seen.delete.includes('watched-1'));
    running = false;
    await informer.stop();
    equal('added', seen.add, ['watched-0', 'watched-1', 'watched-2']);
    // A plain watch from a version, ended by the server, goes on where it was.
    const from = (await list()).metadata.resourceVersion;
    await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'later', labels: { watched: 'y' } } } });
    const events = [];
    const watch = new k8s.Watch(config);
    const once = (resourceVersion) =>
      new Promise((resolve, reject) => {
        watch.watch(`/api/v1/namespaces/${namespace}/configmaps`, { resourceVersion, labelSelector: 'watched=y', timeoutSeconds: 1 }, (type, o) => events.push([type, o.metadata.name, o.metadata.resourceVersion]), (e) => (e ? reject(e) : resolve())).catch(reject);
      });
    await once(from);
    await core.deleteNamespacedConfigMap({ name: 'later', namespace });
    await once(events[0][2]);
    equal('events', events.map(([type, name]) => `${type} ${name}`), ['ADDED later', 'DELETED later']);
  },
  async patch() {
    equal('json patch', (await patched([{ op: 'test', path: '/data/a', value: '1' }, { op: 'add', path: '/data/json', value: 'y' }], k8s.PatchStrategy.JsonPatch)).data, { a: '1', json: 'y' });
    equal('merge patch', (await patched({ data: { a: null, merge: 'y' } }, k8s.PatchStrategy.MergePatch)).data, { json: 'y', merge: 'y' });
    equal('apply', (await patched({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' }, data: { apply: 'y' } }, k8s.PatchStrategy.ServerSideApply)).data, { apply: 'y', json: 'y', merge: 'y' });
    const side = { spec: { template: { spec: { containers: [{ name: 'side', image: 'busybox' }] } } } };
    const d = await apps.patchNamespacedDeployment({ name: 'web', namespace, body: side }, k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.StrategicMergePatch));
    equal('strategic merge patch', d.spec.template.spec.containers.map((c) => c.name), ['side', 'web']);
  },
  async conflict() {
    const [old, fresh] = [await read('one'), await read('one')];
    fresh.data.x = '1';
    await core.replaceNamespacedConfigMap({ name: 'one', namespace, body: fresh });
    old.data.y = '2';
    let tries = 0;
    for (let m = old; ; m = await read('one'), m.data.y = '2') {
      tries++;
      try {
        const { data } = await core.replaceNamespacedConfigMap({ name: 'one', namespace, body: m });
        equal('both', data.x + data.y, '12');
        break;
      } catch (e) {
        if (!isConflict(e)) throw e;
      }
    }
    equal('tries', tries, 2);
  },
  async delete() {
    const held = configMap('held');
    held.metadata.finalizers = ['example.com/hold'];
    const { uid } = (await core.createNamespacedConfigMap({ namespace, body: held })).metadata;
    await refused(409, core.deleteNamespacedConfigMap({ name: 'held', namespace, body: { preconditions: { uid: 'another' } } }));
    await core.deleteNamespacedConfigMap({ name: 'held', namespace, body: { preconditions: { uid } } });
    const waiting = await read('held');
    equal('waits', waiting.metadata.deletionTimestamp instanceof Date, true);
    delete waiting.metadata.finalizers;
    await core.replaceNamespacedConfigMap({ name: 'held', namespace, body: waiting });
    await refused(404, read('held'));
    await apps.deleteNamespacedDeployment({ name: 'web', namespace, propagationPolicy: 'Foreground' });
    await eventually('no deployment', () => apps.readNamespacedDeployment({ name: 'web', namespace }).then(() => false, (e) => e.code === 404));
    equal('pods', (await core.listNamespacedPod({ namespace, labelSelector: 'app=web' })).items.length, 0);
    await core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector: 'by=node' });
    equal('maps', (await core.listNamespacedConfigMap({ namespace, labelSelector: 'by=node' })).items.length, 0);
  },
  async 'any kind'() {
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once', namespace }, spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } } } };
    await objects.create(job);
    await objects.patch({ ...job, metadata: { ...job.metadata, annotations: { a: 'b' } } }, undefined, undefined, undefined, undefined, k8s.PatchStrategy.MergePatch);
    equal('annotation', (await objects.read(job)).metadata.annotations.a, 'b');
    equal('listed', (await objects.list('batch/v1', 'Job', namespace)).items.length, 1);
    await objects.delete(job, undefined, undefined, 0, undefined, 'Background');
    const metrics = config.makeApiClient(k8s.ApisApi);
    equal('groups', (await metrics.getAPIVersions()).groups.some((g) => g.name === 'batch'), true);
  },
});
