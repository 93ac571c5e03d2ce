import { StatusError } from '../errors/status-error';
import { MAX_JSON_DEPTH, deeperThan } from '../schema/nesting';
import { type Container, PatchedDocument, isContainer } from './document';
import { setKey } from '../meta/set-key';
import { goQuote, isMap } from './go-format';

/** More operations than this in one patch are refused. */
const MAX_OPERATIONS = 10000;

/** Bytes that the copy operations of one patch may add together. */
const MAX_COPIED = 3 * 1024 * 1024;

/** Why an operation cannot be done, in the words of kube-apiserver's library. Clients that send patches do not get to see it. */
export class JsonPatchError extends Error {
  override name = 'JsonPatchError';
}

/**
 * Applies a JSON patch (RFC 6902) with the liberties that kube-apiserver's library takes: `replace` of a missing key adds it, a missing
 * value is null, copying from a missing key gives null, testing a missing key for null succeeds, indices may be negative (from the end) or
 * have leading zeros, a path that does not begin with a slash loses its first segment. All operations or none.
 *
 * `doc` is not changed; the result shares what no operation touched with it.
 * @throws JsonPatchError for an operation that cannot be done, StatusError 413 for too many of them
 */
export function applyJsonPatch(doc: unknown, operations: readonly unknown[]): unknown {
  return patchDocument(doc, operations).value;
}

/** applyJsonPatch, with the document whose text messages quote. */
export function patchDocument(doc: unknown, operations: readonly unknown[]): PatchedDocument {
  if (operations.length > MAX_OPERATIONS) {
    throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`);
  }
  const patch = new JsonPatch(new PatchedDocument(doc));
  patch.doc.openRoot();
  for (const op of operations) patch.apply(isMap(op) ? op : {});
  return patch.doc;
}

/** Refuses to put a value where the document would become too deep for those who walk it. @throws JsonPatchError */
function checkDepth(path: string, value: unknown): void {
  if (isContainer(value) && deeperThan(value, MAX_JSON_DEPTH - path.split('/').length)) throw new JsonPatchError('exceeded max depth');
}

/** How kube-apiserver answers a patch that is well-formed but cannot be applied. */
export function rejected(): StatusError {
  return new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

type Operation = Record<string, unknown>;

/** Where an operation works: an open container and the last segment of the path. */
interface Place {
  in: Container;
  key: string;
}

const MISSING = 'missing value';
const NO_PATH = `operation missing path field: ${MISSING}`;
const NO_FROM = `operation, missing from field: ${MISSING}`;

class JsonPatch {
  private copied = 0;

  constructor(readonly doc: PatchedDocument) {}

  /** @throws JsonPatchError */
  apply(op: Operation): void {
    switch (op.op) {
      case 'add':
        return this.add(op);
      case 'remove':
        return this.remove(op);
      case 'replace':
        return this.replace(op);
      case 'move':
        return this.move(op);
      case 'copy':
        return this.copy(op);
      case 'test':
        return this.test(op);
      default:
        throw new JsonPatchError(`Unexpected kind: ${typeof op.op === 'string' ? op.op : 'unknown'}`);
    }
  }

  private add(op: Operation): void {
    const path = pointer(op.path, `add operation failed to decode path: ${MISSING}`);
    const to = this.find(path, `add operation does not apply: doc is missing path: "${path}": ${MISSING}`);
    checkDepth(path, op.value);
    within(`error in add for path: '${path}'`, () => insert(to, op.value ?? null));
  }

  private remove(op: Operation): void {
    const path = pointer(op.path, `remove operation failed to decode path: ${MISSING}`);
    const at = this.find(path, `remove operation does not apply: doc is missing path: "${path}": ${MISSING}`);
    within(`error in remove for path: '${path}'`, () => drop(at));
  }

  private replace(op: Operation): void {
    const path = pointer(op.path, `replace operation failed to decode path: ${NO_PATH}`);
    if (path === '') {
      if (!isContainer(op.value)) throw new JsonPatchError('replace operation value must be object or array: %!w(<nil>)');
      return this.doc.replaceRoot(op.value);
    }
    const at = this.find(path, `replace operation does not apply: doc is missing path: ${path}: ${MISSING}`);
    const slot = Array.isArray(at.in) ? index(at.in, at.key) : at.key;
    if (typeof slot === 'object') throw new JsonPatchError(`replace operation does not apply: doc is missing key: ${path}: ${MISSING}`);
    checkDepth(path, op.value);
    setKey(at.in, slot, op.value ?? null);
  }

  private move(op: Operation): void {
    const path = pointer(op.from, `move operation failed to decode from: ${NO_FROM}`);
    const from = this.find(path, `move operation does not apply: doc is missing from path: ${path}: ${MISSING}`);
    const value = within(`error in move for path: '${from.key}'`, () => {
      const found = get(from);
      drop(from);
      return found;
    });
    const target = pointer(op.path, `move operation failed to decode path: ${NO_PATH}`);
    const to = this.find(target, `move operation does not apply: doc is missing destination path: ${target}: ${MISSING}`);
    checkDepth(target, value);
    within(`error in move for path: '${target}'`, () => insert(to, value));
  }

  private copy(op: Operation): void {
    const path = pointer(op.from, `copy operation failed to decode from: ${NO_FROM}`);
    const from = this.find(path, `copy operation does not apply: doc is missing from path: ${path}: ${MISSING}`);
    within(`error in copy for from: '${path}'`, () => get(from));
    const target = pointer(op.path, `copy operation failed to decode path: ${MISSING}`);
    const to = this.find(target, `copy operation does not apply: doc is missing destination path: ${target}: ${MISSING}`);
    checkDepth(target, get(from));
    const value = this.doc.clone(get(from)); // only now: finding the place may have opened what is copied
    this.copied += Buffer.byteLength(JSON.stringify(value));
    if (this.copied > MAX_COPIED) throw new JsonPatchError(`Unable to complete the copy, the accumulated size increase of copy is ${this.copied}, exceeding the limit ${MAX_COPIED}`);
    within('error while adding value during copy', () => insert(to, value));
  }

  private test(op: Operation): void {
    const path = pointer(op.path, `test operation failed to decode path: ${NO_PATH}`);
    if (!this.holds(path, op)) throw new JsonPatchError(`testing value ${path} failed: test failed`);
  }

  private holds(path: string, op: Operation): boolean {
    if (path === '') return 'value' in op && this.equal(this.doc.openRoot(), op.value);
    const at = this.find(path, `test operation does not apply: is missing path: ${path}: ${MISSING}`);
    const value = within(`error in test for path: '${path}'`, () => get(at));
    if (value !== null && !('value' in op)) return false;
    if (!isContainer(value)) return value === (op.value ?? null);
    return this.equal(this.doc.open(at.in, Array.isArray(at.in) ? (index(at.in, at.key) as number) : at.key)!, op.value);
  }

  /** Opens the containers on the way. @throws JsonPatchError when one is missing */
  private find(path: string, missing: string): Place {
    const segments = path.split('/').slice(1).map(unescapeSegment);
    const key = segments.pop();
    let at: Container | undefined = key === undefined ? undefined : this.doc.openRoot();
    for (const s of segments) {
      const slot: string | number | Wrong | undefined = Array.isArray(at) ? index(at, s) : s;
      at = at && typeof slot !== 'object' ? this.doc.open(at, slot) : undefined;
      if (!at) break;
    }
    if (!at) throw new JsonPatchError(missing);
    return { in: at, key: key! };
  }

  /** Deep equality that opens what it looks at, as upstream does. */
  private equal(a: Container, b: unknown): boolean {
    if (!isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return false;
    const keys = Object.keys(a);
    if (keys.length !== Object.keys(b).length) return false;
    return keys.every((k) => {
      if (!Object.hasOwn(b, k)) return false;
      const x = (a as Record<string, unknown>)[k];
      const y = (b as Record<string, unknown>)[k];
      return isContainer(x) ? this.equal(this.doc.open(a, k)!, y) : x === y;
    });
  }
}

function pointer(v: unknown, missing: string): string {
  if (typeof v !== 'string') throw new JsonPatchError(missing);
  return v;
}

/** Says what was being done when something goes wrong in it. */
function within<T>(what: string, f: () => T): T {
  try {
    return f();
  } catch (e) {
    throw e instanceof JsonPatchError ? new JsonPatchError(`${what}: ${e.message}`) : e;
  }
}

/** What stands at a place; a key that an object lacks counts as null, an index beyond a list is wrong. */
function get(p: Place): unknown {
  if (Array.isArray(p.in)) return p.in[right(index(p.in, p.key))];
  return Object.hasOwn(p.in, p.key) ? p.in[p.key] : null;
}

function drop(p: Place): void {
  if (Array.isArray(p.in)) p.in.splice(right(index(p.in, p.key)), 1);
  else if (Object.hasOwn(p.in, p.key)) delete p.in[p.key];
  else throw new JsonPatchError(`Unable to remove nonexistent key: ${p.key}: ${MISSING}`);
}

/** The end of a list is a place too, as a dash and as -1. */
function insert(p: Place, value: unknown): void {
  if (!Array.isArray(p.in)) return setKey(p.in, p.key, value);
  if (p.key !== '-' && !INTEGER.test(p.key)) throw new JsonPatchError(`value was not a proper array index: '${p.key}': ${notInteger(p.key)}`);
  p.in.splice(p.key === '-' ? p.in.length : right(indexBelow(p.in.length + 1, p.key)), 0, value);
}

/** An index that cannot be used, and why. */
interface Wrong {
  why: string;
}

function right(i: number | Wrong): number {
  if (typeof i === 'object') throw new JsonPatchError(i.why);
  return i;
}

/** An index into a list as strconv.Atoi reads it: signs and leading zeros allowed, negative ones count from the end. */
function index(list: readonly unknown[], s: string): number | Wrong {
  return INTEGER.test(s) ? indexBelow(list.length, s) : { why: notInteger(s) };
}

function indexBelow(length: number, s: string): number | Wrong {
  const i = Number(s);
  if (i >= length || i < -length) return { why: `Unable to access invalid index: ${i}: invalid index referenced` };
  return i < 0 ? i + length : i;
}

const INTEGER = /^[+-]?\d+$/;
const notInteger = (s: string): string => `strconv.Atoi: parsing ${goQuote(s)}: invalid syntax`;

function unescapeSegment(s: string): string {
  return s.includes('~') ? s.replace(/~1|~0/g, (m) => (m === '~1' ? '/' : '~')) : s;
}
