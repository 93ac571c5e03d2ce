import type { SchemaSet } from '../../api/schema/schema';
import type { ResourceDefinition, Subresource, Verb } from '../registry/strategy';
import { ANY_TYPE, META, OBJECT_TYPES, PATCH_TYPES, WATCH_TYPES, groupTag, groupTitle, responses, title } from './operation';
import type { Method, Operation } from './operation';
import { CONNECT, DELETE, DELETE_COLLECTION, LIST, LOG, NAME, NAMESPACE, PATCH, PRETTY, PROXY_PATH, WRITE } from './parameters';
import type { Parameter } from './parameters';

/** The part of an operation that every operation of one resource has in common. */
type Rest = Omit<Operation, 'tag' | 'gvk'> & { gvk?: Operation['gvk'] };

const CONNECT_METHODS: Readonly<Record<string, Method>> = { get: 'get', create: 'post', update: 'put', delete: 'delete', patch: 'patch' };

/** Every operation of a resource and its subresources, with the deprecated watch paths. */
export function resourceOperations(d: ResourceDefinition, schemas: SchemaSet): Operation[] {
  return new ResourceOperations(d, schemas).all();
}

class ResourceOperations {
  private readonly out: Operation[] = [];
  /** CoreV1 */
  private readonly group: string;
  /** /api/v1 */
  private readonly base: string;
  private readonly scope: string;
  private readonly inScope: string;
  private readonly scopeParameters: readonly Parameter[];
  private readonly collection: string;
  private readonly item: string;
  private readonly kind: string;
  /** Definition name of the list kind. */
  private readonly list: string;

  constructor(
    private readonly d: ResourceDefinition,
    schemas: SchemaSet,
  ) {
    const { group, version, kind } = d.gvk;
    this.group = groupTitle(group) + title(version);
    this.base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    this.scope = d.namespaced ? 'Namespaced' : '';
    this.inScope = d.namespaced ? '/namespaces/{namespace}/' : '/';
    this.scopeParameters = d.namespaced ? [NAMESPACE] : [];
    this.collection = `${this.base}${this.inScope}${d.plural}`;
    this.item = `${this.collection}/{name}`;
    this.kind = kind;
    this.list = schemas.forKind(group, version, d.listKind ?? `${kind}List`)?.name ?? d.schema;
  }

  all(): Operation[] {
    const { d } = this;
    if (this.can('list')) this.listing();
    if (this.can('create')) this.create(this.collection, this.id('create'), d.schema, `create a ${this.kind}`, this.scopeParameters);
    if (this.can('deletecollection')) this.deleteCollection();
    if (this.can('get')) this.read(this.item, this.id('read'), d.schema, `read a ${this.kind}`);
    if (this.can('update')) this.replace(this.item, this.id('replace'), d.schema, `replace a ${this.kind}`);
    if (this.can('patch')) this.patch(this.item, this.id('patch'), d.schema, `change a ${this.kind}`);
    if (this.can('delete')) this.delete();
    if (this.can('watch')) this.watching();
    for (const [name, s] of Object.entries(d.subresources ?? {})) this.subresource(name, s);
    return this.out;
  }

  private can(verb: Verb): boolean {
    return this.d.verbs.includes(verb);
  }

  /** readCoreV1NamespacedPod, readCoreV1NamespacedPodStatus */
  private id(verb: string, suffix = ''): string {
    return `${verb}${this.group}${this.scope}${this.kind}${suffix}`;
  }

  private add(o: Rest): void {
    this.out.push({ tag: `${groupTag(this.d.gvk.group)}_${this.d.gvk.version}`, gvk: this.d.gvk, ...o });
  }

  private listing(): void {
    const summary = this.can('watch') ? `list objects of kind ${this.kind} or watch them` : `list objects of kind ${this.kind}`;
    const common = { method: 'get', action: 'list', summary, produces: WATCH_TYPES, consumes: ANY_TYPE, responses: responses({ definition: this.list }) } as const;
    this.add({ ...common, path: this.collection, id: this.id('list'), parameters: [...this.scopeParameters, ...PRETTY, ...LIST] });
    if (this.d.namespaced) {
      this.add({ ...common, path: `${this.base}/${this.d.plural}`, id: `list${this.group}${this.kind}ForAllNamespaces`, parameters: [...PRETTY, ...LIST] });
    }
  }

  private watching(): void {
    const common = { method: 'get', produces: WATCH_TYPES, consumes: ANY_TYPE, responses: responses({ definition: `${META}.WatchEvent` }) } as const;
    const list = { ...common, action: 'watchlist', summary: `watch objects of kind ${this.kind}; deprecated: list with the parameter watch instead` };
    const watch = `${this.base}/watch${this.inScope}${this.d.plural}`;
    this.add({ ...list, path: watch, id: this.id('watch', 'List'), parameters: [...this.scopeParameters, ...PRETTY, ...LIST] });
    if (this.d.namespaced) {
      this.add({ ...list, path: `${this.base}/watch/${this.d.plural}`, id: `watch${this.group}${this.kind}ListForAllNamespaces`, parameters: [...PRETTY, ...LIST] });
    }
    if (!this.can('get')) return;
    this.add({
      ...common,
      action: 'watch',
      summary: `watch a ${this.kind}; deprecated: list with the parameters watch and fieldSelector instead`,
      path: `${watch}/{name}`,
      id: this.id('watch'),
      parameters: [NAME, ...this.scopeParameters, ...PRETTY, ...LIST],
    });
  }

  private deleteCollection(): void {
    this.add({
      path: this.collection,
      method: 'delete',
      id: `delete${this.group}Collection${this.scope}${this.kind}`,
      summary: `delete objects of kind ${this.kind}`,
      action: 'deletecollection',
      parameters: [...this.scopeParameters, ...PRETTY, ...DELETE_COLLECTION],
      body: { definition: `${META}.DeleteOptions`, required: false },
      consumes: ANY_TYPE,
      produces: OBJECT_TYPES,
      responses: responses({ definition: `${META}.Status` }),
    });
  }

  private delete(): void {
    // A kind with finalizers of its own answers with the object as well, but upstream's documents do not say so.
    const object = this.d.returnsDeletedObject && !this.d.strategy.deletionBlocked;
    this.add({
      path: this.item,
      method: 'delete',
      id: this.id('delete'),
      summary: `delete a ${this.kind}`,
      action: 'delete',
      parameters: [NAME, ...this.scopeParameters, ...PRETTY, ...DELETE],
      body: { definition: `${META}.DeleteOptions`, required: false },
      consumes: ANY_TYPE,
      produces: OBJECT_TYPES,
      responses: responses({ definition: object ? this.d.schema : `${META}.Status` }, 202),
    });
  }

  private create(path: string, id: string, definition: string, summary: string, parameters: readonly Parameter[], gvk = this.d.gvk): void {
    this.add({
      path, method: 'post', id, summary, gvk,
      action: 'post',
      parameters: [...parameters, ...PRETTY, ...WRITE],
      body: { definition, required: true },
      consumes: ANY_TYPE,
      produces: OBJECT_TYPES,
      responses: responses({ definition }, 201, 202),
    });
  }

  private read(path: string, id: string, definition: string, summary: string, gvk = this.d.gvk): void {
    this.add({
      path, method: 'get', id, summary, gvk,
      action: 'get',
      parameters: [NAME, ...this.scopeParameters, ...PRETTY],
      consumes: ANY_TYPE,
      produces: OBJECT_TYPES,
      responses: responses({ definition }),
    });
  }

  private replace(path: string, id: string, definition: string, summary: string, gvk = this.d.gvk): void {
    this.add({
      path, method: 'put', id, summary, gvk,
      action: 'put',
      parameters: [NAME, ...this.scopeParameters, ...PRETTY, ...WRITE],
      body: { definition, required: true },
      consumes: ANY_TYPE,
      produces: OBJECT_TYPES,
      responses: responses({ definition }, 201),
    });
  }

  private patch(path: string, id: string, definition: string, summary: string, gvk = this.d.gvk): void {
    this.add({
      path, method: 'patch', id, summary, gvk,
      action: 'patch',
      parameters: [NAME, ...this.scopeParameters, ...PRETTY, ...PATCH],
      body: { definition: `${META}.Patch`, required: true },
      consumes: PATCH_TYPES,
      produces: OBJECT_TYPES,
      responses: responses({ definition }, 201),
    });
  }

  private subresource(name: string, s: Subresource): void {
    const path = `${this.item}/${name}`;
    const suffix = title(name);
    const of = `${name} of a ${this.kind}`;
    switch (s.type) {
      case 'connect':
        return s.gvk.kind === this.kind ? this.log(path, suffix, of) : this.connect(path, name, s.gvk, s.verbs);
      case 'action':
        return this.create(path, this.id('create', suffix), s.schema, `create ${of}`, [NAME, ...this.scopeParameters], s.gvk);
      default: {
        const scale = s.type === 'scale';
        const verbs: readonly Verb[] = scale ? ['get', 'patch', 'update'] : s.verbs;
        const gvk = scale ? { group: 'autoscaling', version: 'v1', kind: 'Scale' } : this.d.gvk;
        const definition = scale ? 'io.k8s.api.autoscaling.v1.Scale' : this.d.schema;
        if (verbs.includes('get')) this.read(path, this.id('read', suffix), definition, `read ${of}`, gvk);
        if (verbs.includes('update')) this.replace(path, this.id('replace', suffix), definition, `replace ${of}`, gvk);
        if (verbs.includes('patch')) this.patch(path, this.id('patch', suffix), definition, `change ${of}`, gvk);
      }
    }
  }

  private log(path: string, suffix: string, of: string): void {
    this.add({
      path,
      method: 'get',
      id: this.id('read', suffix),
      summary: `read ${of}`,
      action: 'get',
      parameters: [NAME, ...this.scopeParameters, ...PRETTY, ...LOG],
      consumes: ANY_TYPE,
      produces: ['text/plain', ...OBJECT_TYPES],
      responses: responses('text'),
    });
  }

  private connect(path: string, name: string, gvk: Operation['gvk'] & object, verbs: readonly string[]): void {
    const proxy = name === 'proxy';
    const methods = [...verbs.map((v) => CONNECT_METHODS[v]!), ...(proxy ? (['head', 'options'] as const) : [])];
    const parameters = [NAME, ...this.scopeParameters, ...(CONNECT[gvk.kind] ?? [])];
    for (const method of methods) {
      const id = this.id(`connect`, title(name)).replace(this.group, this.group + title(method));
      const common = { method, gvk, action: 'connect', summary: `connect to ${name} of a ${this.kind}`, consumes: ANY_TYPE, produces: ANY_TYPE, responses: responses('text') } as const;
      this.add({ ...common, path, id, parameters });
      if (proxy) this.add({ ...common, path: `${path}/{path}`, id: `${id}WithPath`, parameters: [...parameters, PROXY_PATH] });
    }
  }
}
