import { apiVersionOf } from '../../api/meta/object';
import type { GVK } from '../../api/meta/object';
import type { ResourceHandlers } from '../handlers/handlers';
import type { Column, ResourceDefinition, Subresource } from '../registry/strategy';
import { scaleColumns } from '../table/scale-columns';
import { ALL_TYPES, MEDIA_TYPES, Negotiator, resourceAbilities } from './negotiate';

/** The actions a route can lead to. */
export type Action = 'get' | 'list' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection' | 'watch' | 'connect';

/** What a path names, beyond its resource. */
export type Shape = 'collection' | 'item' | 'everywhere' | 'subresource';

const COLLECTION: Readonly<Record<string, Action>> = { GET: 'list', POST: 'create', DELETE: 'deletecollection' };
const ITEM: Readonly<Record<string, Action>> = { GET: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
const EVERYWHERE: Readonly<Record<string, Action>> = { GET: 'list' };
const ACTIONS: Readonly<Record<Exclude<Shape, 'subresource'>, Readonly<Record<string, Action>>>> = { collection: COLLECTION, item: ITEM, everywhere: EVERYWHERE };
const CONNECT_VERBS: Readonly<Record<string, string>> = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** Everything about one resource, or one of its subresources, that the HTTP layer works out once and not per request. */
export class Endpoint {
  readonly definition: ResourceDefinition;
  /** Kind of the objects that are answered and expected. */
  readonly gvk: GVK;
  readonly apiVersion: string;
  readonly listKind: string;
  /** Length of `{"kind":"Pod","apiVersion":"v1",`, which list items go without. */
  readonly prefixLength: number;
  readonly columns: readonly Column[];
  /** A custom resource: no protobuf, other patch types and refusals. */
  readonly custom: boolean;
  readonly negotiator: Negotiator;
  /** Types named when nothing acceptable was asked for. */
  readonly types: readonly string[];
  readonly sub: Subresource | undefined;
  private readonly verbs: ReadonlySet<string>;
  private readonly children = new Map<string, Endpoint | undefined>();

  constructor(
    readonly handlers: ResourceHandlers,
    subresource?: Subresource,
  ) {
    const d = handlers.definition;
    this.definition = d;
    this.sub = subresource;
    this.gvk = subresource?.type === 'scale' ? { group: 'autoscaling', version: 'v1', kind: 'Scale' } : subresource?.type === 'action' ? subresource.gvk : d.gvk;
    this.apiVersion = apiVersionOf(this.gvk);
    this.listKind = d.listKind ?? `${d.gvk.kind}List`;
    this.custom = d.typedListItems === true;
    this.prefixLength = this.custom ? 0 : Buffer.byteLength(`{"kind":${JSON.stringify(this.gvk.kind)},"apiVersion":${JSON.stringify(this.apiVersion)},`);
    this.columns = columnsOf(d, subresource);
    const protobuf = !this.custom || subresource?.type === 'scale';
    this.types = protobuf ? ALL_TYPES : [MEDIA_TYPES.json, MEDIA_TYPES.yaml];
    this.negotiator = new Negotiator(resourceAbilities(this.columns.length > 0, protobuf));
    this.verbs = new Set<string>(verbsOf(d, subresource));
  }

  /** The endpoint of a subresource; undefined when there is none of that name. */
  child(name: string): Endpoint | undefined {
    if (!this.children.has(name)) {
      const all = this.definition.subresources;
      const s = all && Object.hasOwn(all, name) ? all[name] : undefined;
      this.children.set(name, s && new Endpoint(this.handlers, s));
    }
    return this.children.get(name);
  }

  /** Whether any method is served on paths of this shape: else the answer is 404 and not 405. */
  exists(shape: Shape): boolean {
    if (shape === 'subresource') return true;
    return Object.values(ACTIONS[shape]).some((a) => this.verbs.has(a));
  }

  /** What a method does on a path of this shape; undefined: 405. */
  action(shape: Shape, method: string): Action | undefined {
    if (this.sub) {
      if (this.sub.type === 'connect') return this.verbs.has(CONNECT_VERBS[method] ?? '') ? 'connect' : undefined;
      const a = this.sub.type === 'action' && method === 'POST' ? 'create' : ITEM[method];
      return a && this.verbs.has(a) ? a : undefined;
    }
    if (shape === 'subresource') return undefined;
    const action = ACTIONS[shape][method];
    return action && this.verbs.has(action) ? action : undefined;
  }

  has(verb: string): boolean {
    return this.verbs.has(verb);
  }

  /** Go type of objects (or lists) inside kube-apiserver, as its conversion errors name it. */
  goType(list: boolean): string {
    if (this.custom && this.sub?.type !== 'scale') return list ? '*unstructured.UnstructuredList' : '*unstructured.Unstructured';
    const group = this.definition.storedAs && !this.sub ? this.definition.storedAs.group : this.gvk.group;
    return `*${group === '' ? 'core' : group.split('.')[0]}.${list ? this.listKind : this.gvk.kind}`;
  }
}

function columnsOf(d: ResourceDefinition, s: Subresource | undefined): readonly Column[] {
  if (s === undefined || (s.type === 'update' && s.table !== false)) return d.columns;
  return s.type === 'scale' ? scaleColumns : [];
}

function verbsOf(d: ResourceDefinition, s: Subresource | undefined): readonly string[] {
  switch (s?.type) {
    case undefined:
      return d.verbs;
    case 'scale':
      return ['get', 'update', 'patch'];
    case 'action':
      return ['create'];
    default:
      return s!.verbs;
  }
}
