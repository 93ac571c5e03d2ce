import { GO_TYPES } from './go-types';
import type { Raw } from './raw';

interface GoField {
  name: string;
  json: string;
  type: string;
}

const parsed = new Map<string, readonly GoField[]>();

function fieldsOf(struct: string): readonly GoField[] {
  let fields = parsed.get(struct);
  if (!fields) {
    const text = GO_TYPES[struct];
    if (text === undefined) throw new Error(`No Go struct called ${struct} is known; add it to go-types.ts`);
    fields = text.split(' ').map((f) => {
      const [name, type, json] = f.split(':') as [string, string, string?];
      return { name, type, json: json ?? name[0]!.toLowerCase() + name.slice(1) };
    });
    parsed.set(struct, fields);
  }
  return fields;
}

function sortedMap(m: Raw): Raw {
  const out: Raw = {};
  for (const key of Object.keys(m).sort()) out[key] = m[key];
  return out;
}

function zero(type: string): unknown {
  if (type[0] === '*' || type.startsWith('[]') || type === 'map' || type === 't') return null;
  switch (type) {
    case 's':
      return '';
    case 'n':
    case 'x':
      return 0;
    case 'b':
      return false;
    case 'q':
      return '0';
    case 'j':
      return {};
    default:
      return structValue(type, {});
  }
}

function valueOf(type: string, v: unknown): unknown {
  if (v === undefined || v === null) return zero(type);
  if (type[0] === '*') return valueOf(type.slice(1), v);
  if (type.startsWith('[]')) return (v as unknown[]).map((item) => valueOf(type.slice(2), item));
  if (type === 'map') return sortedMap(v as Raw);
  return type.length === 1 ? v : structValue(type, v as Raw);
}

function structValue(struct: string, v: Raw): Raw {
  const out: Raw = {};
  for (const f of fieldsOf(struct)) {
    if (f.type === 'm') Object.assign(out, v.metadata);
    else out[f.name] = valueOf(f.type, v[f.json]);
  }
  if (struct === 'PodSpec') out.SecurityContext = structValue('PodSecurityContext', { ...(v.securityContext as Raw | undefined), ...hostFields(v) });
  return out;
}

/** Fields of a PodSpec that upstream keeps in the security context. */
function hostFields(spec: Raw): Raw {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers } = spec;
  return { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers };
}

/**
 * The value as upstream's internal struct `type` has it: every field, by its Go name, with zero values and null for what is not set.
 * `type` may be a pointer or slice ('[]Toleration'). For values of field errors.
 */
export function goValue(type: string, v: unknown): unknown {
  return valueOf(type, v);
}

const ESCAPES: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', '\u2028': '\\u2028', '\u2029': '\\u2029' };

/** JSON of a goValue as json.MarshalIndent writes it with one space of indent. */
export function goJson(value: unknown): string {
  return JSON.stringify(value, null, 1).replace(/[<>&\u2028\u2029]/g, (c) => ESCAPES[c]!);
}
