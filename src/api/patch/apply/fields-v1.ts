import { isMap } from '../go-format';
import { FieldSet } from './field-set';
import { type PathElement, SELF, parseElement, sortElements } from './path-element';

/** metav1.FieldsV1 as JSON: {} is a field that is owned; "." beside others says that the field above them is owned as well. */
export type FieldsV1 = Record<string, unknown>;

/**
 * Reads a set as it stands in managedFields. Steps of unknown type are dropped.
 * @throws Error when it is malformed
 */
export function decodeFieldsV1(fields: unknown): FieldSet {
  return readNode(fields).below ?? new FieldSet();
}

function readNode(node: unknown): { below: FieldSet | undefined; member: boolean } {
  if (node !== null && node !== undefined && !isMap(node)) throw new Error('ReadMapCB: expect { or n, but found other JSON');
  let below: FieldSet | undefined;
  let member = false;
  for (const key in node ?? {}) {
    if (key === SELF) {
      member = true;
      continue;
    }
    const e = parseElement(key);
    if (e === undefined) continue;
    const child = readNode((node as FieldsV1)[key]);
    below ??= new FieldSet();
    if (child.member) below.members.add(e);
    if (child.below) below.children.set(e, child.below);
  }
  return { below, member: member || !below };
}

/** Writes a set in canonical order. */
export function encodeFieldsV1(set: FieldSet): FieldsV1 {
  return writeNode(set, {});
}

function writeNode(set: FieldSet, out: FieldsV1): FieldsV1 {
  const elements: PathElement[] = [...set.members];
  for (const [e, c] of set.children) if (!set.members.has(e) && !c.empty) elements.push(e);
  for (const e of sortElements(elements)) {
    const child = set.children.get(e);
    const start: FieldsV1 = child && !child.empty && set.members.has(e) ? { [SELF]: {} } : {};
    out[e] = child ? writeNode(child, start) : start;
  }
  return out;
}

/**
 * Encoded fields and those of a set together, in canonical order. Only the way to what is new is written again, all else is shared;
 * `fields` itself when it has everything already, which is the rule for who writes the same fields time and again.
 */
export function withFields(fields: FieldsV1, set: FieldSet): FieldsV1 {
  const elements: PathElement[] = [...set.members];
  for (const [e, c] of set.children) if (!set.members.has(e) && !c.empty) elements.push(e);
  let changed: Map<PathElement, FieldsV1> | undefined;
  let grown = false;
  for (const e of elements) {
    const before = fields[e] as FieldsV1 | undefined;
    const child = set.children.get(e) ?? EMPTY;
    const below = before ? withFields(before, child) : writeNode(child, {});
    const now = set.members.has(e) || (before && isMember(before)) ? asMember(below) : below;
    if (now === before) continue;
    grown ||= before === undefined;
    (changed ??= new Map<PathElement, FieldsV1>()).set(e, now);
  }
  if (!changed) return fields;
  const out: FieldsV1 = SELF in fields ? { [SELF]: {} } : {};
  const kept = Object.keys(fields).filter((e) => e !== SELF);
  const order = grown ? sortElements([...kept, ...[...changed.keys()].filter((e) => !(e in fields))]) : kept;
  for (const e of order) out[e] = changed.get(e) ?? fields[e];
  return out;
}

/** The node as one whose own field is owned too. */
function asMember(node: FieldsV1): FieldsV1 {
  return isMember(node) ? node : { [SELF]: {}, ...node };
}

/** Never added to. */
const EMPTY = new FieldSet();

/** True when a field of `set` is owned in `fields`, without decoding them; both in canonical notation. */
export function overlaps(fields: FieldsV1, set: FieldSet): boolean {
  for (const e of set.members) {
    const node = fields[e];
    if (node !== undefined && isMember(node as FieldsV1)) return true;
  }
  for (const [e, c] of set.children) {
    const node = fields[e];
    if (node !== undefined && overlaps(node as FieldsV1, c)) return true;
  }
  return false;
}

function isMember(node: FieldsV1): boolean {
  return SELF in node || isEmpty(node);
}

function isEmpty(node: FieldsV1): boolean {
  for (const _ in node) return false;
  return true;
}
