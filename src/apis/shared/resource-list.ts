/** Amounts by the names that clients chose: an own property of a resource list; undefined when it is not in it, whatever the name (constructor, __proto__). */
export function amountOf(list: Readonly<Record<string, unknown>> | undefined | null, name: string): string | undefined {
  return list !== undefined && list !== null && Object.hasOwn(list, name) ? (list[name] as string) : undefined;
}
