import { type PathElement, sortElements } from './path-element';

export type FieldPath = readonly PathElement[];

/**
 * A set of fields, as a tree. `members` are fields that are in the set themselves; `children` hold the sets below a field,
 * whether that field is a member or not. The operations leave their operands alone, but results share subtrees with them.
 */
export class FieldSet {
  constructor(
    readonly members: Set<PathElement> = new Set(),
    readonly children: Map<PathElement, FieldSet> = new Map(),
  ) {}

  static of(...paths: FieldPath[]): FieldSet {
    const set = new FieldSet();
    for (const p of paths) set.add(p);
    return set;
  }

  /** True when nothing is in the set. Subtrees are never empty unless someone put an empty one there. */
  get empty(): boolean {
    if (this.members.size) return false;
    for (const c of this.children.values()) if (!c.empty) return false;
    return true;
  }

  /** Adds one field; the fields above it are not added. Changes the set: only for a set that nobody else holds. */
  add(path: FieldPath): void {
    const last = path.length - 1;
    if (last < 0) return; // nobody owns the whole object
    let node: FieldSet = this;
    for (let i = 0; i < last; i++) node = node.descend(path[i]!);
    node.members.add(path[last]!);
  }

  private descend(e: PathElement): FieldSet {
    let child = this.children.get(e);
    if (!child) this.children.set(e, (child = new FieldSet()));
    return child;
  }

  has(path: FieldPath): boolean {
    const last = path.length - 1;
    let node: FieldSet | undefined = this;
    for (let i = 0; i < last; i++) if (!(node = node.children.get(path[i]!))) return false;
    return last >= 0 && node.members.has(path[last]!);
  }

  /** The set below `e`. */
  below(e: PathElement): FieldSet {
    return this.children.get(e) ?? EMPTY;
  }

  union(o: FieldSet): FieldSet {
    if (o.empty) return this;
    if (this.empty) return o;
    const children = new Map(this.children);
    for (const [e, c] of o.children) {
      const mine = children.get(e);
      children.set(e, mine ? mine.union(c) : c);
    }
    return new FieldSet(new Set([...this.members, ...o.members]), children);
  }

  /** Fields in both sets. */
  intersection(o: FieldSet): FieldSet {
    const out = new FieldSet();
    for (const e of this.members) if (o.members.has(e)) out.members.add(e);
    for (const [e, c] of this.children) {
      const theirs = o.children.get(e);
      const both = theirs && c.intersection(theirs);
      if (both && !both.empty) out.children.set(e, both);
    }
    return out;
  }

  /** Fields of this set that are not in the other; a field in the other takes nothing below it away. */
  difference(o: FieldSet): FieldSet {
    return this.without(o, false);
  }

  /** As difference, but a field in the other takes everything below it away too. */
  differenceBelow(o: FieldSet): FieldSet {
    return this.without(o, true);
  }

  private without(o: FieldSet, below: boolean): FieldSet {
    if (o.empty) return this;
    const out = new FieldSet();
    for (const e of this.members) if (!o.members.has(e)) out.members.add(e);
    for (const [e, c] of this.children) {
      if (below && o.members.has(e)) continue;
      const theirs = o.children.get(e);
      const rest = theirs ? c.without(theirs, below) : c;
      if (!rest.empty) out.children.set(e, rest);
    }
    return out;
  }

  /** Calls `f` for every field: at each level first those that are members, then what lies below, both sorted. */
  forEach(f: (path: PathElement[]) => void, prefix: readonly PathElement[] = []): void {
    for (const e of sortElements([...this.members])) f([...prefix, e]);
    for (const e of sortElements([...this.children.keys()])) this.children.get(e)!.forEach(f, [...prefix, e]);
  }
}

/** Shared and never changed. */
const EMPTY = new FieldSet();
