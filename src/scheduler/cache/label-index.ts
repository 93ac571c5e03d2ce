import type { LabelSelector } from '../../api/selectors/label-selector';

/**
 * Things with a label selector, found by labels without trying every selector: each hangs under one `key=value` that its selector demands.
 * What demands none is tried always.
 */
export class LabelIndex<T> {
  private readonly byPair = new Map<string, Map<string, Set<T>>>();
  private readonly rest = new Set<T>();

  add(selector: LabelSelector, item: T): void {
    if (selector.nothing) return;
    const pair = demanded(selector);
    if (!pair) {
      this.rest.add(item);
      return;
    }
    let byValue = this.byPair.get(pair.key);
    if (!byValue) this.byPair.set(pair.key, (byValue = new Map()));
    let items = byValue.get(pair.value);
    if (!items) byValue.set(pair.value, (items = new Set()));
    items.add(item);
  }

  delete(selector: LabelSelector, item: T): void {
    const pair = demanded(selector);
    if (!pair) {
      this.rest.delete(item);
      return;
    }
    const byValue = this.byPair.get(pair.key);
    const items = byValue?.get(pair.value);
    items?.delete(item);
    if (items?.size === 0) byValue!.delete(pair.value);
    if (byValue?.size === 0) this.byPair.delete(pair.key);
  }

  /** Calls `fn` with everything whose selector may select these labels. */
  candidates(labels: Readonly<Record<string, string>> | undefined, fn: (item: T) => void): void {
    for (const item of this.rest) fn(item);
    if (this.byPair.size === 0) return;
    for (const key in labels) {
      const items = this.byPair.get(key)?.get(labels[key]!);
      if (items) for (const item of items) fn(item);
    }
  }
}

function demanded(s: LabelSelector): { key: string; value: string } | undefined {
  const r = s.requirements.find((x) => x.operator === 'In' && x.values.length === 1);
  return r && { key: r.key, value: r.values[0]! };
}
