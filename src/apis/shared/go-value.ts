import { GO_TYPES } from './go-types';
import { GROUP_GO_TYPES } from './go-types-groups';
import { givenEmpty } from '../../api/schema/empties';
import type { LabelSelectorSource } from './labels';
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
    const text = GO_TYPES[struct] ?? GROUP_GO_TYPES[struct];
    if (text === undefined) throw new Error(`No Go struct called ${struct} is known; add it to go-types.ts`);
    fields = (text === '' ? [] : text.split(' ')).map((f) => {
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
  if (type[0] === '*' || type.startsWith('[]') || type.startsWith('{}') || type === 'map' || type === 't' || type === 'i' || type === 'j') return null;
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
    case 'l':
      return {};
    default:
      return structValue(type, {});
  }
}

function valueOf(type: string, v: unknown): unknown {
  if (v === undefined || v === null) return zero(type);
  if (type[0] === '*') return valueOf(type.slice(1), v);
  if (type.startsWith('[]')) return (v as unknown[]).map((item) => valueOf(type.slice(2), item));
  if (type.startsWith('{}')) return mapOf(type.slice(2), v as Raw);
  if (type === 'map') return sortedMap(v as Raw);
  if (type === 'i') return sortedDeep(v);
  if (type === 'l') return selectorValue(v as LabelSelectorSource);
  return type.length === 1 ? v : structValue(type, v as Raw);
}

function mapOf(type: string, m: Raw): Raw {
  const out = sortedMap(m);
  for (const key in out) out[key] = valueOf(type, out[key]);
  return out;
}

/** A label selector with its fields in the order in which Go prints them, without what is empty. */
export function selectorValue({ matchLabels, matchExpressions }: LabelSelectorSource): Raw {
  const out: Raw = {};
  if (matchLabels && Object.keys(matchLabels).length) out.matchLabels = sortedMap(matchLabels);
  if (matchExpressions?.length) {
    out.matchExpressions = matchExpressions.map(({ key, operator, values }) => ({ key, operator, ...(values?.length ? { values } : {}) }));
  }
  return out;
}

/** A JSON value with the keys of every object sorted, as Go prints maps. */
function sortedDeep(v: unknown): unknown {
  if (Array.isArray(v)) return v.map(sortedDeep);
  if (typeof v !== 'object' || v === null) return v;
  const out = sortedMap(v as Raw);
  for (const key in out) out[key] = sortedDeep(out[key]);
  return out;
}

/** Fields of JSON schemas that are one thing or another, as the struct that upstream keeps them in. */
const UNIONS: Readonly<Record<string, (v: unknown) => Raw>> = {
  JSONSchemaPropsOrArray: (v) => (Array.isArray(v) ? { schemas: v as unknown[] } : { schema: v }),
  JSONSchemaPropsOrBool: (v) => (typeof v === 'boolean' ? { allows: v } : { allows: true, schema: v }),
  JSONSchemaPropsOrStringArray: (v) => (Array.isArray(v) ? { property: v as unknown[] } : { schema: v }),
};

function structValue(struct: string, given: Raw): Raw {
  const v = UNIONS[struct]?.(given) ?? given;
  const out: Raw = {};
  for (const f of fieldsOf(struct)) {
    if (f.type === 'm') Object.assign(out, metadataOf(v.metadata));
    else if (f.type[0] === '>') Object.assign(out, structValue(f.type.slice(1), v));
    else out[f.name] = valueOf(f.type, v[f.json] ?? givenEmpty(v, f.json));
  }
  if (struct === 'PodSpec') out.SecurityContext = structValue('PodSecurityContext', { ...(v.securityContext as Raw | undefined), ...hostFields(v) });
  return out;
}

const META_ORDER = [
  'name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp',
  'deletionGracePeriodSeconds', 'labels', 'annotations', 'ownerReferences', 'finalizers', 'managedFields',
]; // prettier-ignore

/** Metadata as Go prints it: by its JSON names, without what is not set. */
function metadataOf(given: unknown): Raw {
  const meta = (given ?? {}) as Raw;
  const out: Raw = {};
  for (const key of META_ORDER) {
    const v = meta[key] as unknown;
    if (v !== undefined && v !== null) out[key] = key === 'labels' || key === 'annotations' ? sortedMap(v as Raw) : v;
  }
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

/** A map field of a struct as upstream prints it: sorted, {} when it was given empty, null when it was not given. */
export function goMap(o: Raw | undefined, key: string): Raw | null {
  const m = o?.[key] as Raw | undefined;
  return m ? sortedMap(m) : (givenEmpty(o, key) as Raw | undefined) ?? null;
}

const ESCAPES: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', '\u2028': '\\u2028', '\u2029': '\\u2029' };

/** JSON of a goValue as json.MarshalIndent writes it with one space of indent. */
export function goJson(value: unknown): string {
  return JSON.stringify(value, null, 1).replace(/[<>&\u2028\u2029]/g, (c) => ESCAPES[c]!);
}
