import { addQuantity, compareQuantity } from '../quantity';

/** Amounts by resource name, as JSON. */
export type ResourceList = Record<string, string>;

export function addLists(a: Readonly<ResourceList>, b: Readonly<ResourceList> | undefined): ResourceList {
  const out: ResourceList = { ...a };
  for (const k in b) out[k] = out[k] === undefined ? b[k]! : addQuantity(out[k], b[k]!);
  return out;
}

/** The larger amount of each resource. */
export function maxLists(a: Readonly<ResourceList>, b: Readonly<ResourceList> | undefined): ResourceList {
  const out: ResourceList = { ...a };
  for (const k in b) if (out[k] === undefined || compareQuantity(b[k]!, out[k]) > 0) out[k] = b[k]!;
  return out;
}

/** Only these resources. */
export function maskList(list: Readonly<ResourceList>, names: Iterable<string>): ResourceList {
  const out: ResourceList = {};
  for (const n of names) if (list[n] !== undefined) out[n] = list[n];
  return out;
}
