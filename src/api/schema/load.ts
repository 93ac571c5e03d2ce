import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Field, ListSchema, ObjectSchema, ScalarSchema, SchemaNode, SchemaSet } from './schema';

/** A definition or property as openapi/ holds it. */
interface Raw {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: string[];
  required?: string[];
  default?: unknown;
  properties?: Record<string, Raw>;
  items?: Raw;
  additionalProperties?: Raw | boolean;
  'x-kubernetes-list-type'?: ListSchema['listType'];
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-patch-strategy'?: string;
  'x-kubernetes-patch-merge-key'?: string;
  'x-kubernetes-unions'?: unknown;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
}

/**
 * What OpenAPI does not tell of a field (openapi/go-fields.json): up to three words, '-' for one that follows from the rule.
 * 1. Letters. p: a pointer; a: always written, its zero too; z: a struct that is no pointer but left out when empty;
 *    e: an empty list is kept, since upstream's defaults tell it from none.
 *    By rule a field is left out when it is zero, and a struct without letters is a pointer.
 * 2. The Go type, where it is not the one that the schema gives.
 * 3. The Go structs the field is embedded through. By rule TypeMeta for kind and apiVersion of a top-level kind.
 */
type GoFields = Record<string, Record<string, string>>;

const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
const MICRO_TIME = 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime';
const FACTS = join(__dirname, '..', '..', '..', 'openapi');

/** Types without fields that take any JSON; every other definition without fields is an empty struct. */
const OPAQUE = /\.(FieldsV1|Patch|RawExtension|JSON|JSONSchemaPropsOr\w+)$/;

const STRING: ScalarSchema = { kind: 'string' };
const ANY: SchemaNode = { kind: 'any' };

/** Reads the facts of the API from `dir` (default: openapi/ of this package). Definitions are made when first asked for. */
export function loadSchemas(dir: string = FACTS): SchemaSet {
  const raw: Record<string, Raw> = {};
  let go: GoFields = {};
  for (const f of readdirSync(dir)) {
    if (f === 'go-fields.json') go = JSON.parse(readFileSync(join(dir, f), 'utf8')) as GoFields;
    else if (/^[a-z]+_v\w+\.json$/.test(f)) Object.assign(raw, JSON.parse(readFileSync(join(dir, f), 'utf8')));
  }
  return new Definitions(raw, go);
}

class Definitions implements SchemaSet {
  private readonly nodes = new Map<string, SchemaNode>();
  private kinds?: Map<string, string>;

  constructor(
    private readonly raw: Record<string, Raw>,
    private readonly go: GoFields,
  ) {}

  get(name: string): ObjectSchema | undefined {
    if (!Object.hasOwn(this.raw, name)) return undefined;
    const node = this.definition(name);
    return node.kind === 'object' ? node : undefined;
  }

  forKind(group: string, version: string, kind: string): ObjectSchema | undefined {
    this.kinds ??= this.indexKinds();
    const name = this.kinds.get(`${group}/${version}/${kind}`);
    return name === undefined ? undefined : this.get(name);
  }

  names(): Iterable<string> {
    return Object.keys(this.raw);
  }

  source(name: string): object | undefined {
    return Object.hasOwn(this.raw, name) ? this.raw[name] : undefined;
  }

  private indexKinds(): Map<string, string> {
    const kinds = new Map<string, string>();
    for (const [name, r] of Object.entries(this.raw)) {
      for (const g of r['x-kubernetes-group-version-kind'] ?? []) kinds.set(`${g.group}/${g.version}/${g.kind}`, name);
    }
    return kinds;
  }

  private definition(name: string): SchemaNode {
    let node = this.nodes.get(name);
    if (!node) this.nodes.set(name, (node = this.make(name)));
    return node;
  }

  private make(name: string): SchemaNode {
    if (name === QUANTITY) return { kind: 'string', format: 'quantity' };
    if (name === INT_OR_STRING) return { kind: 'string', format: 'int-or-string' };
    if (name === MICRO_TIME) return { kind: 'string', format: 'micro-time' };
    const r = this.raw[name];
    if (!r) throw new Error(`openapi/ has no definition ${name}`);
    if (OPAQUE.test(name)) return this.opaque(name);
    return r.type === 'object' && !r.additionalProperties ? this.object(name, r) : this.node(r);
  }

  private opaque(name: string): SchemaNode {
    const inner = /^(.*\.JSONSchemaProps)Or\w+$/.exec(name)?.[1];
    return inner === undefined ? { kind: 'any', name } : { kind: 'any', name, inner: this.definition(inner) as ObjectSchema };
  }

  private object(name: string, r: Raw): ObjectSchema {
    const self = this;
    let properties: Map<string, Field> | undefined;
    return {
      kind: 'object',
      name,
      goName: name.slice(name.lastIndexOf('.') + 1),
      // Made late: definitions refer to one another, and some to themselves.
      get properties() {
        return (properties ??= self.fields(name, r));
      },
      ...(r['x-kubernetes-map-type'] === 'atomic' ? { atomic: true } : {}),
      ...(r['x-kubernetes-unions'] ? { extensions: { 'x-kubernetes-unions': r['x-kubernetes-unions'] } } : {}),
      ...(r['x-kubernetes-group-version-kind'] ? { gvks: r['x-kubernetes-group-version-kind'] } : {}),
    };
  }

  private fields(name: string, r: Raw): Map<string, Field> {
    const out = new Map<string, Field>();
    for (const [key, p] of Object.entries(r.properties ?? {})) {
      const schema = this.node(p);
      const [letters = '', goType = '-', embedded = '-'] = (this.go[name]?.[key] ?? '').split(' ');
      const typeMeta = (key === 'kind' || key === 'apiVersion') && r['x-kubernetes-group-version-kind'] !== undefined;
      const always = letters.includes('a');
      const pointer = letters.includes('p') || schema.kind === 'list' || schema.kind === 'map' || schema.kind === 'any' || (schema.kind === 'object' && !always && !letters.includes('z'));
      out.set(key, {
        schema,
        required: r.required?.includes(key) ?? false,
        ...(p.default === undefined ? {} : { default: p.default }),
        pointer,
        omitEmpty: !always,
        ...(letters.includes('e') ? { keepEmpty: true } : {}),
        ...(goType === '-' ? {} : { goType }),
        ...(embedded !== '-' ? { embedded } : typeMeta ? { embedded: 'TypeMeta' } : {}),
        ...(p['x-kubernetes-patch-strategy'] ? { patchStrategy: p['x-kubernetes-patch-strategy'] } : {}),
        ...(p['x-kubernetes-patch-merge-key'] ? { patchMergeKey: p['x-kubernetes-patch-merge-key'] } : {}),
      });
    }
    return out;
  }

  private node(r: Raw): SchemaNode {
    if (r.$ref !== undefined) {
      const node = this.definition(r.$ref);
      const mapType = r['x-kubernetes-map-type'];
      // A reference may say of itself whether what it refers to is owned as a whole.
      return node.kind === 'object' && mapType !== undefined ? withAtomic(node, mapType === 'atomic') : node;
    }
    switch (r.type) {
      case 'string':
        return r.format || r.enum ? { kind: 'string', ...(r.format ? { format: r.format } : {}), ...(r.enum ? { enum: r.enum } : {}) } : STRING;
      case 'integer':
        return { kind: 'integer', format: r.format ?? 'int64' };
      case 'number':
        return { kind: 'number', format: r.format ?? 'double' };
      case 'boolean':
        return { kind: 'boolean' };
      case 'array':
        return { kind: 'list', items: this.node(r.items!), listType: r['x-kubernetes-list-type'] ?? 'atomic', ...(r['x-kubernetes-list-map-keys'] ? { mapKeys: r['x-kubernetes-list-map-keys'] } : {}) };
      case 'object':
        if (typeof r.additionalProperties === 'object') {
          return { kind: 'map', values: this.node(r.additionalProperties), ...(r['x-kubernetes-map-type'] === 'atomic' ? { atomic: true } : {}) };
        }
        return ANY;
      default:
        return ANY;
    }
  }
}

function withAtomic(o: ObjectSchema, atomic: boolean): ObjectSchema {
  if ((o.atomic ?? false) === atomic) return o;
  return Object.create(o, { atomic: { value: atomic, enumerable: true } }) as ObjectSchema;
}
