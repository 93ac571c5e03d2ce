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
 * of the right kind, no item of a set or keyed list twice (stored objects may have them: `duplicates`).
 * @throws Error in upstream's words, every complaint in it
 */
export function validateTyped(schema: ObjectSchema, value: unknown, duplicates: 'refused' | 'allowed'): void {
  const checker = new Checker(duplicates === 'allowed');
  checker.check(schema, value, '');
  if (!checker.complaints.length) return;
  const lines = checker.complaints.map((c) => (c.path ? `${c.path}: ${c.message}` : c.message));
  throw new Error(lines.length === 1 ? lines[0] : ['errors:', ...lines.map((l) => `  ${l}`)].join('\n'));
}

class Checker {
  readonly complaints: Complaint[] = [];

  constructor(private readonly duplicates: boolean) {}

  check(s: SchemaNode, v: unknown, path: string): void {
    if (v === null || v === undefined) return;
    switch (shapeOf(s, v)) {
      case 'map':
        if (isMap(v)) this.keys(s, v, path);
        else this.complain(path, `expected map, got ${pointer(v)}`);
        return;
      case 'list':
        if (Array.isArray(v)) this.items(s, v, path);
        else this.complain(path, `expected list, got ${pointer(v)}`);
        return;
      default: {
        const wrong = s.kind === 'any' ? undefined : scalarComplaint(s as ScalarSchema, v);
        if (wrong) this.complain(path, wrong);
      }
    }
  }

  private complain(path: string, message: string): void {
    this.complaints.push({ path, message });
  }

  private keys(s: SchemaNode, v: Record<string, unknown>, path: string): void {
    for (const k in v) {
      const below = typeOfKey(s, k);
      const at = path + showElement(fieldElement(k));
      if (!below) return this.complain(at, 'field not declared in schema'); // upstream stops at the first
      this.check(below, v[k], at);
    }
  }

  private items(s: SchemaNode, v: readonly unknown[], path: string): void {
    const items = typeOfItems(s);
    if (isAtomic(s, 'list')) return v.forEach((x, i) => this.check(items, x, `${path}[${i}]`));
    const seen = new Set<string>();
    for (let i = 0; i < v.length; i++) {
      let e: string;
      try {
        e = itemElement(s as ListSchema, v[i], false);
      } catch (err) {
        return this.complain(path, `element ${i}: ${(err as Error).message}`);
      }
      if (seen.has(e) && !this.duplicates) this.complain(path, `duplicate entries for key ${showElement(e)}`);
      seen.add(e);
      this.check(items, v[i], path + showElement(e));
    }
  }
}

function scalarComplaint(s: ScalarSchema, v: unknown): string | undefined {
  switch (s.kind) {
    case 'integer':
    case 'number':
      return typeof v === 'number' ? undefined : `expected numeric (int or float), got ${goType(v)}`;
    case 'boolean':
      return typeof v === 'boolean' ? undefined : `expected boolean, got ${pointer(v)}`;
    default:
      // Numbers or texts have a type that takes anything: what does not fit is found when the object is converted.
      if (s.format === 'int-or-string') return undefined;
      if (s.format !== undefined && s.format !== 'byte' && s.format !== 'duration') return typeof v === 'object' ? `expected any scalar, got ${pointer(v)}` : undefined;
      return typeof v === 'string' ? undefined : `expected string, got &value.valueUnstructured{Value:${goSyntax(v)}}`;
  }
}

/** How %v prints upstream's wrapper around a value. */
const pointer = (v: unknown): string => `&{${goValue(v, goFloat)}}`;
