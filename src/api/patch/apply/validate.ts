import type { ListSchema, ObjectSchema, ScalarSchema, SchemaNode } from '../../schema/schema';
import { goFloat, goSyntax, goType, goValue, isMap } from '../go-format';
import { fieldElement, showElement } from './path-element';
import { isAtomic, itemElement, shapeOf, typeOfItems, typeOfKey } from './typed';

/** One complaint: `.spec.replicas: expected numeric …`. */
interface Complaint {
  path: string;
  message: string;
}

/**
 * Checks an applied configuration against its type, as server-side apply does before anything else: declared fields only, values
 * of the right kind, no item of a set or keyed list twice. @throws Error in upstream's words, every complaint in it
 */
export function validateApplied(schema: ObjectSchema, value: unknown): void {
  const complaints: Complaint[] = [];
  check(schema, value, '', complaints);
  if (!complaints.length) return;
  const lines = complaints.map((c) => (c.path ? `${c.path}: ${c.message}` : c.message));
  throw new Error(lines.length === 1 ? lines[0] : ['errors:', ...lines.map((l) => `  ${l}`)].join('\n'));
}

function check(s: SchemaNode, v: unknown, path: string, out: Complaint[]): void {
  if (v === null || v === undefined) return;
  switch (shapeOf(s, v)) {
    case 'map':
      if (isMap(v)) checkKeys(s, v, path, out);
      else out.push({ path, message: `expected map, got ${pointer(v)}` });
      return;
    case 'list':
      if (Array.isArray(v)) checkItems(s, v, path, out);
      else out.push({ path, message: `expected list, got ${pointer(v)}` });
      return;
    default:
      if (s.kind !== 'any') checkScalar(s as ScalarSchema, v, path, out);
  }
}

function checkKeys(s: SchemaNode, v: Record<string, unknown>, path: string, out: Complaint[]): void {
  for (const k in v) {
    const below = typeOfKey(s, k);
    const at = path + showElement(fieldElement(k));
    if (!below) {
      out.push({ path: at, message: 'field not declared in schema' });
      return; // upstream stops at the first
    }
    check(below, v[k], at, out);
  }
}

function checkItems(s: SchemaNode, v: readonly unknown[], path: string, out: Complaint[]): void {
  const items = typeOfItems(s);
  if (isAtomic(s, 'list')) {
    v.forEach((x, i) => check(items, x, `${path}[${i}]`, out));
    return;
  }
  const seen = new Set<string>();
  for (let i = 0; i < v.length; i++) {
    let e: string;
    try {
      e = itemElement(s as ListSchema, v[i], false);
    } catch (err) {
      out.push({ path, message: `element ${i}: ${(err as Error).message}` });
      return;
    }
    if (seen.has(e)) out.push({ path, message: `duplicate entries for key ${showElement(e)}` });
    seen.add(e);
    check(items, v[i], path + showElement(e), out);
  }
}

function checkScalar(s: ScalarSchema, v: unknown, path: string, out: Complaint[]): void {
  const wrong = scalarComplaint(s, v);
  if (wrong) out.push({ path, message: wrong });
}

function scalarComplaint(s: ScalarSchema, v: unknown): string | undefined {
  switch (s.kind) {
    case 'integer':
    case 'number':
      return typeof v === 'number' ? undefined : `expected numeric (int or float), got ${goType(v)}`;
    case 'boolean':
      return typeof v === 'boolean' ? undefined : `expected boolean, got ${pointer(v)}`;
    default:
      if (s.format !== undefined && s.format !== 'byte' && s.format !== 'duration') return typeof v === 'object' ? `expected any scalar, got ${pointer(v)}` : undefined;
      return typeof v === 'string' ? undefined : `expected string, got &value.valueUnstructured{Value:${goSyntax(v)}}`;
  }
}

/** How %v prints upstream's wrapper around a value. */
const pointer = (v: unknown): string => `&{${goValue(v, goFloat)}}`;
