const EMPTIES = Symbol('empties');

type Empty = readonly [] | Readonly<Record<string, never>>;

/**
 * Notes on a decoded struct that a list or map was given empty. Go tells those from absent ones as long as a request lasts: some checks ask
 * for nil, and values in complaints print as [] or {} instead of null. Encoding and comparing see nothing of it.
 */
export function noteEmpty(o: object, key: string, value: object): void {
  let notes = (o as { [EMPTIES]?: Record<string, Empty> })[EMPTIES];
  // Not enumerable, so that nobody who compares or copies objects meets it.
  if (!notes) Object.defineProperty(o, EMPTIES, { value: (notes = {}) });
  notes[key] = Array.isArray(value) ? [] : {};
}

/** A copy of a struct with some fields changed, which knows as the struct does what was given empty. */
export function copyWith<T extends object>(o: T, changes: Partial<T>): T {
  const out = { ...o, ...changes };
  const notes = (o as { [EMPTIES]?: Record<string, Empty> })[EMPTIES];
  if (notes) Object.defineProperty(out, EMPTIES, { value: notes });
  return out;
}

/** The empty list or map that `key` was given as; undefined when it was absent, null or has something in it. */
export function givenEmpty(o: object | undefined, key: string): Empty | undefined {
  if (o === undefined || o === null) return undefined;
  const notes = (o as { [EMPTIES]?: Record<string, Empty> })[EMPTIES];
  return notes === undefined || ((o as Record<string, unknown>)[key] ?? undefined) !== undefined ? undefined : notes[key];
}

/** True when anywhere in the value a list or map was given empty: Go's reflect.DeepEqual then tells it from a stored one that has none. */
export function holdsGivenEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsGivenEmpty);
  const notes = (value as { [EMPTIES]?: Record<string, Empty> })[EMPTIES];
  const o = value as Record<string, unknown>;
  for (const key in notes) if (o[key] === undefined || o[key] === null) return true;
  for (const key in o) if (holdsGivenEmpty(o[key])) return true;
  return false;
}
