import { StatusError } from '../errors/status-error';
import { type Container, PatchedDocument, define, isContainer } from './document';
import { isMap } from './go-format';

/** More operations than this in one patch are refused. */
const MAX_OPERATIONS = 10000;

/**
 * Applies a JSON patch (RFC 6902) with the liberties that kube-apiserver's library takes: `replace` of a missing key adds it, a missing
 * value is null, copying from a missing key gives null, testing a missing key for null succeeds, indices may be negative (from the end) or
 * have leading zeros, a path that does not begin with a slash loses its first segment. All operations or none.
 *
 * `doc` is not changed; the result shares what no operation touched with it.
 * @throws StatusError 422 without saying which operation failed, 413 for too many of them
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
  for (const op of operations) if (!isMap(op) || !patch.apply(op)) throw rejected();
  return patch.doc;
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

/** The operations; each returns false when it cannot be done. */
class JsonPatch {
  constructor(readonly doc: PatchedDocument) {}

  apply(op: Operation): boolean {
    switch (op.op) {
      case 'add':
        return this.add(this.find(op.path), op.value ?? null);
      case 'remove':
        return this.remove(this.find(op.path));
      case 'replace':
        return this.replace(op);
      case 'move':
        return this.move(op);
      case 'copy':
        return this.copy(op);
      case 'test':
        return this.test(op);
      default:
        return false;
    }
  }

  /** Opens the containers on the way; undefined when one of them is missing. */
  private find(path: unknown): Place | undefined {
    if (typeof path !== 'string') return undefined;
    const segments = path.split('/').slice(1).map(unescapeSegment);
    const key = segments.pop();
    if (key === undefined) return undefined;
    let at = this.doc.openRoot();
    for (const s of segments) {
      const slot = Array.isArray(at) ? indexOf(at, s) : s;
      const next = slot === undefined ? undefined : this.doc.open(at, slot);
      if (!next) return undefined;
      at = next;
    }
    return { in: at, key };
  }

  private add(p: Place | undefined, value: unknown): boolean {
    if (!p) return false;
    if (!Array.isArray(p.in)) {
      define(p.in, p.key, value);
      return true;
    }
    const at = p.key === '-' ? p.in.length : insertionIndex(p.in, p.key);
    if (at === undefined) return false;
    p.in.splice(at, 0, value);
    return true;
  }

  private remove(p: Place | undefined): boolean {
    if (!p) return false;
    if (!Array.isArray(p.in)) return Object.hasOwn(p.in, p.key) && delete p.in[p.key];
    const at = indexOf(p.in, p.key);
    if (at === undefined) return false;
    p.in.splice(at, 1);
    return true;
  }

  private replace(op: Operation): boolean {
    if (op.path === '') {
      if (!isContainer(op.value)) return false;
      this.doc.replaceRoot(op.value);
      return true;
    }
    const p = this.find(op.path);
    if (!p) return false;
    const slot = Array.isArray(p.in) ? indexOf(p.in, p.key) : p.key;
    if (slot === undefined) return false;
    define(p.in, slot, op.value ?? null);
    return true;
  }

  private move(op: Operation): boolean {
    const from = this.find(op.from);
    const found = from && this.get(from);
    return !!found && this.remove(from) && this.add(this.find(op.path), found.value);
  }

  private copy(op: Operation): boolean {
    const from = this.find(op.from);
    const found = from && this.get(from);
    if (!found) return false;
    const to = this.find(op.path);
    return this.add(to, this.doc.clone(this.get(from)!.value)); // finding the place may have opened what is copied
  }

  private test(op: Operation): boolean {
    if (op.path === '') return 'value' in op && this.equal(this.doc.openRoot(), op.value);
    const p = this.find(op.path);
    const found = p && this.get(p);
    if (!found) return false;
    if (found.value !== null && !('value' in op)) return false;
    if (isContainer(found.value)) return this.equal(this.doc.open(p.in, found.slot)!, op.value);
    return found.value === (op.value ?? null);
  }

  /** What stands at a place; a key that an object lacks counts as null, an index beyond a list as nothing. */
  private get(p: Place): { value: unknown; slot: string | number } | undefined {
    if (!Array.isArray(p.in)) return { value: Object.hasOwn(p.in, p.key) ? p.in[p.key] : null, slot: p.key };
    const slot = indexOf(p.in, p.key);
    return slot === undefined ? undefined : { value: p.in[slot], slot };
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

function unescapeSegment(s: string): string {
  return s.includes('~') ? s.replace(/~1|~0/g, (m) => (m === '~1' ? '/' : '~')) : s;
}

/** An index into a list as strconv.Atoi reads it: signs and leading zeros allowed, negative ones count from the end. */
function indexOf(list: readonly unknown[], s: string): number | undefined {
  const i = integer(s);
  if (i === undefined || i >= list.length || i < -list.length) return undefined;
  return i < 0 ? i + list.length : i;
}

/** As indexOf for an insertion: the end of the list is a place too, and -1. */
function insertionIndex(list: readonly unknown[], s: string): number | undefined {
  const i = integer(s);
  const places = list.length + 1;
  if (i === undefined || i >= places || i < -places) return undefined;
  return i < 0 ? i + places : i;
}

function integer(s: string): number | undefined {
  return /^[+-]?\d+$/.test(s) ? Number(s) : undefined;
}
