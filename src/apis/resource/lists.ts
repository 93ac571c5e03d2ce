import { duplicate, tooMany, type FieldError } from '../../api/errors/field-error';

type Check<T> = (item: T, path: string) => FieldError[];

/** Complaints about each item; of a list longer than `max` (< 0: any length) only that it is. */
export function validateItems<T>(items: readonly T[] | null | undefined, max: number, check: Check<T>, path: string): FieldError[] {
  const list = items ?? [];
  if (max >= 0 && list.length > max) return [tooMany(path, list.length, max)];
  return list.flatMap((item, i) => check(item, `${path}[${i}]`));
}

/** As validateItems, and no two items may have the same key. `shown` is the key as messages print it. */
export function validateSet<T>(
  items: readonly T[] | null | undefined,
  max: number,
  check: Check<T>,
  keyOf: (item: T) => string,
  path: string,
  shown: (item: T) => unknown = keyOf,
): FieldError[] {
  const list = items ?? [];
  const errors = validateItems(list, max, check, path);
  if (max >= 0 && list.length > max) return errors;
  const seen = new Set<string>();
  list.forEach((item, i) => {
    const key = keyOf(item);
    if (seen.has(key)) errors.push(duplicate(`${path}[${i}]`, shown(item)));
    seen.add(key);
  });
  return errors;
}

const SHORTEST_KEY = 16;

function shorten(key: string, max: number): string {
  const limit = Math.max(max, SHORTEST_KEY);
  if (key.length <= limit) return key;
  const left = limit - 3;
  return `${key.slice(0, Math.floor((left + 1) / 2))}...${key.slice(key.length - Math.floor(left / 2))}`;
}

/** Complaints about a map: of the key at the path of the map, of the value at `path[key]`, where long keys lose their middle. */
export function validateMap<T>(
  map: Readonly<Record<string, T>> | null | undefined,
  limits: { entries: number; keyLength: number },
  checkKey: Check<string>,
  check: Check<T>,
  path: string,
): FieldError[] {
  const entries = Object.entries(map ?? {});
  if (limits.entries >= 0 && entries.length > limits.entries) return [tooMany(path, entries.length, limits.entries)];
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.flatMap(([key, item]) => [...checkKey(key, path), ...check(item, `${path}[${shorten(key, limits.keyLength)}]`)]);
}
