import type { SchemaSet } from '../../api/schema/schema';
import type { Descriptions } from './descriptions';

/** A JSON schema: a definition of openapi/, or one as it is served. */
export type Json = Record<string, unknown>;

export const GVKS = 'x-kubernetes-group-version-kind';

/** Keys under which a schema holds one schema more. */
const NESTED = ['items', 'additionalProperties'] as const;

/** Makes the definitions that are served out of those of openapi/, each once. */
export class Definitions {
  private readonly rendered = new Map<string, Json>();
  private readonly references = new Map<string, readonly string[]>();

  /** `version` of OpenAPI: 3 has defaults, and references that carry more stand in allOf; 2 has neither. */
  constructor(
    private readonly schemas: SchemaSet,
    private readonly descriptions: Descriptions,
    private readonly version: 2 | 3,
  ) {}

  /** The definition as it is served. @throws Error for a name that openapi/ does not have */
  get(name: string): Json {
    let found = this.rendered.get(name);
    if (!found) this.rendered.set(name, (found = this.definition(name)));
    return found;
  }

  /** Everything that the given definitions refer to, themselves among it, in alphabetical order. */
  closure(names: Iterable<string>): string[] {
    const seen = new Set<string>();
    const todo = [...names];
    for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
      if (seen.has(name)) continue;
      seen.add(name);
      todo.push(...this.referencesOf(name));
    }
    return [...seen].sort();
  }

  private source(name: string): Json {
    const found = this.schemas.source(name);
    if (!found) throw new Error(`openapi/ has no definition ${name}; import the OpenAPI documents of a cluster that serves it (npm run openapi:import)`);
    return found as Json;
  }

  private referencesOf(name: string): readonly string[] {
    let found = this.references.get(name);
    if (!found) {
      const names = new Set<string>();
      collect(this.source(name), names);
      this.references.set(name, (found = [...names]));
    }
    return found;
  }

  private definition(name: string): Json {
    const source = this.source(name);
    const text = this.descriptions.of(name);
    const out = this.schema(source, text?.['']);
    if (source.properties) {
      out.properties = Object.fromEntries(Object.entries(source.properties as Record<string, Json>).map(([key, p]) => [key, this.schema(p, text?.[key])]));
    }
    return out;
  }

  /** A schema but for its properties. */
  private schema(source: Json, description?: string): Json {
    const { $ref, properties: _, items: __, additionalProperties: ___, ...rest } = source;
    const out: Json = description === undefined ? rest : { description, ...rest };
    for (const key of NESTED) {
      const inner = source[key];
      if (inner !== undefined) out[key] = typeof inner === 'object' ? this.schema(inner as Json) : inner;
    }
    if (this.version === 2) {
      delete out.default;
      // Version 2 knows one type only; both types that are a choice are written as text.
      if (out.oneOf) out.type = 'string';
      delete out.oneOf;
      if ($ref !== undefined) out.$ref = `#/definitions/${String($ref)}`;
    } else if ($ref !== undefined) {
      const reference = { $ref: `#/components/schemas/${String($ref)}` };
      if (Object.keys(out).length === 0) return reference;
      out.allOf = [reference];
    }
    return out;
  }
}

function collect(schema: Json, names: Set<string>): void {
  if (typeof schema.$ref === 'string') names.add(schema.$ref);
  for (const key of NESTED) if (typeof schema[key] === 'object') collect(schema[key] as Json, names);
  for (const p of Object.values((schema.properties ?? {}) as Record<string, Json>)) collect(p, names);
}
