/** Gives all who ask by the same name the same thing, made when the first asks; the name tells its type. */
export type Shared = <T>(name: string, make: () => T) => T;

export function makeShared(): Shared {
  const things = new Map<string, unknown>();
  return <T>(name: string, make: () => T): T => {
    if (!things.has(name)) things.set(name, make());
    return things.get(name) as T;
  };
}
