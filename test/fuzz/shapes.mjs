// The fields of every type, from the facts in openapi/, and values that fit or nearly fit them.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const NOT_TYPES = new Set(['go-fields.json', 'protobuf.json', 'protobuf-openapi-v2.json']);
const STRINGS = ['', ' ', 'a', 'A', '-', '.', '..', '/', 'a/b', 'a/b/c', 'example.com/x', '0', '-1', '007', '1e3', '10Gi', '1.5', '99999999999999999999', '50%', '101%', '-5%', 'true', 'null', 'None', '*', '10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/64', '300.1.1.1', '2026-01-01T00:00:00Z', '2026-13-01T00:00:00Z', '1h', 'ä', '漢字', '🙂', '\u0000', '\u202e', '\ud800', '\n', '\t', '"', '\\', '${x}', '$(X)', '%s%d', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a=b,c in (d)', '((((', '[a-', 'x'.repeat(64), 'y'.repeat(254), 'z.'.repeat(200), 'default', 'kube-system', 'Always', 'TCP', 'node-1', 'AAEC', '===='];
const NUMBERS = [0, 1, -1, 2, 3, 42, 65535, 65536, 2147483647, 2147483648, -2147483648, 4294967296, 9007199254740993, -9223372036854775808, 1e21, 1.5, -0.5, 1e-7];

export class Shapes {
  constructor(folder) {
    this.types = {};
    for (const file of readdirSync(folder).filter((f) => f.endsWith('.json') && !NOT_TYPES.has(f))) Object.assign(this.types, JSON.parse(readFileSync(join(folder, file), 'utf8')));
  }

  /** The type of a kind; undefined when it has none. */
  ofKind(apiVersion, kind) {
    const [version, group = ''] = apiVersion.split('/').reverse();
    return Object.values(this.types).find((t) => t['x-kubernetes-group-version-kind']?.some((g) => g.group === group && g.version === version && g.kind === kind));
  }

  resolve(schema) {
    return schema?.$ref ? this.types[schema.$ref] : schema;
  }

  /** The type of what lies under `key` of a value of type `schema`. */
  child(schema, key) {
    const s = this.resolve(schema);
    return this.resolve(typeof key === 'number' ? s?.items : (s?.properties?.[key] ?? s?.additionalProperties));
  }

  /** A value of the type, at most `depth` levels deep; strings and numbers are often no good ones. */
  value(chance, schema, depth = 3) {
    const s = this.resolve(schema) ?? {};
    if (s.enum && chance.is(0.8)) return chance.pick(s.enum);
    switch (s.type) {
      case 'string':
        return chance.is(0.3) ? `f-${chance.below(1000)}` : chance.pick(STRINGS);
      case 'integer':
        return chance.is(0.5) ? chance.below(100) : chance.pick(NUMBERS);
      case 'number':
        return chance.pick(NUMBERS);
      case 'boolean':
        return chance.is(0.5);
      case 'array':
        return Array.from({ length: depth > 0 ? chance.below(4) : 0 }, () => this.value(chance, s.items, depth - 1));
      default:
        return this.object(chance, s, depth);
    }
  }

  object(chance, s, depth) {
    if (!s.properties && !s.additionalProperties) return chance.pick(['7', 7, '10%', 'http', '250m', { any: 1 }]);
    const out = {};
    if (depth <= 0) return out;
    for (const [name, field] of Object.entries(s.properties ?? {})) if (s.required?.includes(name) ? chance.is(0.9) : chance.is(0.25)) out[name] = this.value(chance, field, depth - 1);
    if (s.additionalProperties) for (let i = chance.below(3); i > 0; i--) define(out, this.text(chance), this.value(chance, s.additionalProperties, depth - 1));
    return out;
  }

  text(chance) {
    return chance.pick(STRINGS);
  }

  number(chance) {
    return chance.pick(NUMBERS);
  }
}

/** Sets a field of any name, __proto__ too. */
export function define(o, name, value) {
  Object.defineProperty(o, name, { value, enumerable: true, configurable: true, writable: true });
}
