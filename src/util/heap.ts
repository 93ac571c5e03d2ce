/** A binary heap whose items know their place, so that any of them can be taken out. `less(a, b)`: a comes out before b. */
export class Heap<T extends object> {
  private readonly items: T[] = [];
  private readonly places = new Map<T, number>();

  constructor(private readonly less: (a: T, b: T) => boolean) {}

  get size(): number {
    return this.items.length;
  }

  has(item: T): boolean {
    return this.places.has(item);
  }

  /** Adds an item; one that is there already is only put in its place again. */
  push(item: T): void {
    const at = this.places.get(item);
    if (at !== undefined) {
      this.fix(at);
      return;
    }
    this.items.push(item);
    this.places.set(item, this.items.length - 1);
    this.up(this.items.length - 1);
  }

  peek(): T | undefined {
    return this.items[0];
  }

  pop(): T | undefined {
    const top = this.items[0];
    if (top) this.delete(top);
    return top;
  }

  /** Takes an item out; false when it was not there. */
  delete(item: T): boolean {
    const at = this.places.get(item);
    if (at === undefined) return false;
    this.places.delete(item);
    const last = this.items.pop()!;
    if (at < this.items.length) {
      this.items[at] = last;
      this.places.set(last, at);
      this.fix(at);
    }
    return true;
  }

  /** All items, in no order. */
  values(): readonly T[] {
    return this.items;
  }

  private fix(i: number): void {
    if (!this.up(i)) this.down(i);
  }

  private up(start: number): boolean {
    let i = start;
    const item = this.items[i]!;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.less(item, this.items[parent]!)) break;
      this.place(this.items[parent]!, i);
      i = parent;
    }
    this.place(item, i);
    return i !== start;
  }

  private down(start: number): void {
    let i = start;
    const item = this.items[i]!;
    const n = this.items.length;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= n) break;
      if (child + 1 < n && this.less(this.items[child + 1]!, this.items[child]!)) child++;
      if (!this.less(this.items[child]!, item)) break;
      this.place(this.items[child]!, i);
      i = child;
    }
    this.place(item, i);
  }

  private place(item: T, i: number): void {
    this.items[i] = item;
    this.places.set(item, i);
  }
}
