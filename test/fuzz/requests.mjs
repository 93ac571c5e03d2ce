// What is asked around one object: it is created, read, changed in every way, listed, watched and deleted.
import { stringify } from 'yaml';
import { mutate } from './mutate.mjs';
import { patch, PATCH_TYPES } from './patches.mjs';

const VALUES = ['', '0', '1', '-1', 'true', 'false', 'maybe', 'All', 'None', 'x', '9999999999999', '1.5', 'ä', '%00', '%zz', '%F0%9F%99%82', 'a,b', 'a=b', 'metadata.name=x', 'spec.nodeName!=a', 'a in (b,c)', '!a', '=', '((', 'Background', 'Orphan', 'Foreground', 'Strict', 'Warn', 'Ignore', 'Exact', 'NotOlderThan', 'x'.repeat(200)];
const NAMES = ['dryRun', 'fieldManager', 'fieldValidation', 'force', 'pretty', 'limit', 'continue', 'resourceVersion', 'resourceVersionMatch', 'labelSelector', 'fieldSelector', 'watch', 'timeoutSeconds', 'timeout', 'sendInitialEvents', 'allowWatchBookmarks', 'gracePeriodSeconds', 'propagationPolicy', 'orphanDependents', 'includeObject', 'shardSelector', 'zz'];
/** Values that mean something, so that the paths behind them are taken. */
const LIKELY = { dryRun: ['All'], fieldValidation: ['Strict', 'Warn', 'Ignore'], limit: ['1', '3'], resourceVersion: ['0', '$rv'], resourceVersionMatch: ['Exact', 'NotOlderThan'], labelSelector: ['app=web', 'a in (b,c),!d', 'a'], fieldSelector: ['metadata.name=seed', 'metadata.namespace!=x', 'status.phase=Running', 'type=Opaque'], force: ['true'], fieldManager: ['one', 'two'], propagationPolicy: ['Background', 'Orphan', 'Foreground'], gracePeriodSeconds: ['0', '1'], includeObject: ['Object', 'None', 'Metadata'], sendInitialEvents: ['true'], allowWatchBookmarks: ['true'], watch: ['false', '0'] };
const ACCEPTS = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf', 'application/json;as=Table;v=v1;g=meta.k8s.io', 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json', 'application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', '*/*', 'application/cbor', 'text/html', 'application/json;as=Table;v=v1beta1;g=meta.k8s.io', ';;;', 'application/json;q=0.1,application/yaml'];

export class Episode {
  /** `send(request)` sends and judges; it gives the parsed answer, or undefined when that was an error. */
  constructor({ chance, shapes, resources, namespace, send }) {
    Object.assign(this, { chance, shapes, resources, namespace, send });
  }

  query(likely = []) {
    const { chance } = this;
    const parts = likely.map((name) => [name, chance.pick(LIKELY[name])]);
    for (let i = chance.pick([0, 0, 0, 1, 2]); i > 0; i--) {
      const name = chance.pick(NAMES);
      if (name === 'watch') continue;
      parts.push([name, chance.is(0.6) && LIKELY[name] ? chance.pick(LIKELY[name]) : chance.pick(VALUES)]);
    }
    return parts.length ? `?${parts.map(([n, v]) => `${n}=${v.replaceAll('$rv', this.live?.metadata?.resourceVersion ?? '1').replaceAll(/[^\x21-\x7e]/g, encodeURIComponent)}`).join('&')}` : '';
  }

  accept() {
    return this.chance.is(0.6) ? 'application/json' : this.chance.pick(ACCEPTS);
  }

  /** The object as a body, in one of the forms that are taken, at times broken. */
  body(o) {
    const { chance } = this;
    const form = chance.weighted({ json: 14, yaml: 3, torn: 0.7, bytes: 0.7, deep: 0.2 });
    const text = JSON.stringify(o);
    // JSON is YAML, too; the library writes no deep nesting.
    if (form === 'yaml') return { body: text.includes('[[[[') || text.includes('}}}}}}}}}}}}') ? text : stringify(o, { aliasDuplicateObjects: chance.is(0.5) }), type: 'application/yaml' };
    if (form === 'deep') return { body: `{"metadata":` + chance.pick(['[', '{"a":', '- ', '[{"b":']).repeat(chance.pick([1000, 10_001, 100_000])), type: chance.pick(['application/json', 'application/yaml']) };
    if (form === 'torn') return { body: text.slice(0, chance.below(text.length)), type: 'application/json' };
    if (form === 'bytes') return { body: Buffer.from(Array.from({ length: 64 }, () => chance.below(256))), type: chance.pick(['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf', 'text/plain', '']) };
    return { body: text, type: 'application/json' };
  }

  write(method, path, o, likely) {
    const { body, type } = this.body(o);
    return this.send({ method, path: path + this.query(likely), headers: { 'content-type': type, accept: this.accept() }, body });
  }

  /** All that is done with one seed. */
  async run(seed, number) {
    const { chance } = this;
    const r = this.resources.get(`${seed.apiVersion} ${seed.kind}`);
    this.collection = r.collection(this.namespace);
    const o = structuredClone(seed);
    if (o.metadata.name?.startsWith('seed')) o.metadata.name = o.metadata.name.replace('seed', `f${number}`);
    const made = await this.write('POST', this.collection, mutate(chance, this.shapes, o, chance.pick([0, 1, 1, 2, 3, 6])));
    if (!r.verbs.includes('get')) return;
    this.live = made ?? (await this.send({ method: 'POST', path: this.collection, headers: { 'content-type': 'application/json' }, body: JSON.stringify(o) }));
    if (!this.live?.metadata?.name) return;
    this.path = `${this.collection}/${encodeURIComponent(this.live.metadata.name.toWellFormed())}`;
    for (let i = 3 + chance.below(5); i > 0; i--) await this.step(r, o);
    await this.remove();
  }

  async step(r, seed) {
    switch (this.chance.weighted({ patch: 8, put: 4, sub: 4, get: 2, list: 2, watch: 0.6, protobuf: 1.5, remove: 0.5, odd: 0.5 })) {
      case 'patch':
        return this.patch(this.path, seed);
      case 'put':
        return this.keep(await this.write('PUT', this.path, this.again(this.live)));
      case 'sub':
        return this.subresource(r, seed);
      case 'get':
        return this.send({ method: 'GET', path: this.path + this.query(), headers: { accept: this.accept() } });
      case 'list':
        return this.send({ method: 'GET', path: this.collection + this.query([this.chance.pick(['limit', 'fieldSelector', 'labelSelector', 'resourceVersion'])]), headers: { accept: this.accept() } });
      case 'watch':
        return this.send({ method: 'GET', path: `${this.collection}${this.query(['resourceVersion'])}&watch=1&timeoutSeconds=1`, headers: { accept: this.accept() }, cut: 60 });
      case 'protobuf':
        return this.protobuf();
      case 'remove':
        return this.write('DELETE', this.path, { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: this.chance.pick([0, 1, -1, 'x']), dryRun: ['All'], preconditions: this.chance.pick([undefined, {}, { uid: 'x' }, { resourceVersion: '1' }]), propagationPolicy: this.chance.pick([undefined, 'Orphan', 'x']) });
      default:
        return this.send({ method: this.chance.pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']), path: this.chance.pick([`${this.path}/zz`, `${this.path}/status/x`, `${this.collection}/%2e%2e`, `${this.collection}//`, `${this.path}?dryRun=zz`, '/apis/zz/v1', '/api/v1/namespaces//pods', `/api/v1/watch${this.path.slice(7)}?timeoutSeconds=1`]), headers: { 'content-type': 'application/json', accept: this.accept() }, cut: 60 });
    }
  }

  again(o) {
    const m = mutate(this.chance, this.shapes, o, this.chance.pick([0, 1, 2, 3]));
    if (this.chance.is(0.3)) delete m.metadata?.resourceVersion;
    return m;
  }

  keep(answer) {
    if (answer?.kind === this.live.kind && answer.metadata?.name) this.live = answer;
  }

  async patch(path, seed) {
    const type = this.chance.pick(PATCH_TYPES);
    const likely = type === PATCH_TYPES[3] ? ['fieldManager', ...(this.chance.is(0.5) ? ['force'] : [])] : [];
    this.keep(await this.send({ method: 'PATCH', path: path + this.query(likely), headers: { 'content-type': type, accept: this.accept() }, body: patch(this.chance, this.shapes, type, seed, this.live) }));
  }

  async subresource(r, seed) {
    const names = Object.entries(r.subresources);
    if (!names.length) return this.patch(this.path, seed);
    const [name, verbs] = this.chance.pick(names);
    const path = `${this.path}/${name}`;
    const verb = this.chance.pick(verbs);
    if (verb === 'patch') return this.patch(path, seed);
    if (verb === 'update') return this.send({ method: 'PUT', path: path + this.query(), headers: { 'content-type': 'application/json' }, body: JSON.stringify(name === 'scale' ? this.scale() : this.filled()) });
    if (verb === 'create') return this.write('POST', path, mutate(this.chance, this.shapes, this.action(name), this.chance.pick([0, 1, 2])));
    return this.send({ method: verb === 'delete' ? 'DELETE' : 'GET', path: path + this.query(), headers: { accept: this.accept() } });
  }

  scale() {
    return mutate(this.chance, this.shapes, { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: this.live.metadata.name, namespace: this.live.metadata.namespace }, spec: { replicas: 1 } }, this.chance.pick([0, 1, 2]));
  }

  /** The live object with a status of the kind's type. */
  filled() {
    const o = structuredClone(this.live);
    const type = this.shapes.child(this.shapes.ofKind(o.apiVersion, o.kind), 'status');
    if (type) o.status = this.shapes.value(this.chance, type, 4);
    return this.again(o);
  }

  action(name) {
    const metadata = { name: this.live.metadata.name, namespace: this.live.metadata.namespace };
    if (name === 'binding') return { apiVersion: 'v1', kind: 'Binding', metadata, target: { kind: 'Node', name: 'node-1' } };
    if (name === 'token') return { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: { audiences: ['a'], expirationSeconds: 600 } };
    return { apiVersion: 'policy/v1', kind: 'Eviction', metadata, deleteOptions: { gracePeriodSeconds: 0, dryRun: ['All'] } };
  }

  /** Reads the object as protobuf and sends it back, at times with bytes changed. */
  async protobuf() {
    const type = 'application/vnd.kubernetes.protobuf';
    const bytes = await this.send({ method: 'GET', path: this.path, headers: { accept: type }, binary: true });
    if (!Buffer.isBuffer(bytes)) return;
    const copy = Buffer.from(bytes);
    for (let i = this.chance.below(4); i > 0; i--) copy[this.chance.below(copy.length)] = this.chance.below(256);
    const cut = this.chance.is(0.1) ? this.chance.below(copy.length) : copy.length;
    await this.send({ method: this.chance.pick(['PUT', 'POST']), path: this.path, headers: { 'content-type': type, accept: this.accept() }, body: copy.subarray(0, cut) });
  }

  /** Takes the object away for good, so that the cluster does not fill up. */
  async remove() {
    await this.send({ method: 'DELETE', path: `${this.path}?gracePeriodSeconds=0&propagationPolicy=Background` });
    await this.send({ method: 'PATCH', path: this.path, headers: { 'content-type': PATCH_TYPES[1] }, body: '{"metadata":{"finalizers":null}}' });
  }
}
