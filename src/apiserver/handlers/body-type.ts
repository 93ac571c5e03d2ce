import { apiVersionOf, parseApiVersion } from '../../api/meta/object';
import type { GVK } from '../../api/meta/object';
import { goQuote, jsonKind } from '../../api/patch/go-format';
import { DecodeError, decodeObject } from '../../api/schema/decode';
import type { SchemaSet } from '../../api/schema/schema';

const SCHEME = 'pkg/api/legacyscheme/scheme.go:30';

/** apiVersion and kind as a document has them, of whatever type they are. */
export interface TypeFields {
  apiVersion?: unknown;
  kind?: unknown;
}

/** The type a document claims to be; the expected one itself (by reference) when it claims nothing else. */
export function claimedType(expected: GVK, { kind, apiVersion }: TypeFields): GVK {
  const k = typeof kind === 'string' && kind !== '' ? kind : expected.kind;
  const given = typeof apiVersion === 'string' && apiVersion !== '' ? withDefaults(parseApiVersion(apiVersion === '/' ? '' : apiVersion), expected) : expected;
  return k === expected.kind && given.group === expected.group && given.version === expected.version ? expected : { group: given.group, version: given.version, kind: k };
}

/** A group without a version may be the expected one, as may be none of both. */
function withDefaults(given: { group: string; version: string }, expected: GVK): { group: string; version: string } {
  return given.version === '' && (given.group === '' || given.group === expected.group) ? expected : given;
}

/** apiVersion and kind of a document, whatever the case of their names: for these two Go's own decoder reads, and the last one counts. */
export function typeFields(document: unknown): TypeFields {
  const out: TypeFields = {};
  for (const key in (document ?? {}) as object) {
    if (key.length !== 4 && key.length !== 10) continue;
    const field = key === 'kind' || key.toLowerCase() === 'kind' ? 'kind' : key.toLowerCase() === 'apiversion' ? 'apiVersion' : undefined;
    const v = field && (document as Record<string, unknown>)[key];
    if (field && v !== null && v !== undefined) out[field] = v;
  }
  return out;
}

/** What upstream says of a document whose apiVersion or kind is no text; undefined: both are, or are not there. */
export function typeMetaComplaint(fields: TypeFields): string | undefined {
  for (const field of ['apiVersion', 'kind'] as const) {
    const v = fields[field];
    if (v === undefined || v === null || typeof v === 'string') continue;
    return `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonKind(v)} into Go struct field .${field} of type string`;
  }
  return undefined;
}

/** What upstream says of a document of another type: that it knows none of the name, that it cannot be read as what it claims, or that it is no `expected`. */
export function foreignTypeComplaint(schemas: SchemaSet, expected: GVK, claimed: GVK, document: unknown): string {
  const known = schemas.forKind(claimed.group, claimed.version, claimed.kind);
  if (!known && !isList(claimed)) return `no kind ${goQuote(claimed.kind)} is registered for version ${goQuote(apiVersionOf(claimed))} in scheme ${JSON.stringify(SCHEME)}`;
  try {
    if (known) decodeObject(known, document);
  } catch (e) {
    if (e instanceof DecodeError) return e.message;
    throw e;
  }
  return `converting (${claimed.version}.${claimed.kind}) to (${goPackage(expected.group)}.${expected.kind}): unknown conversion`;
}

const isList = (t: GVK): boolean => t.group === '' && t.version === 'v1' && t.kind === 'List';

/** The internal Go package of a group: core, apps, rbac … */
function goPackage(group: string): string {
  if (group === '') return 'core';
  const dot = group.indexOf('.');
  return dot < 0 ? group : group.slice(0, dot);
}
