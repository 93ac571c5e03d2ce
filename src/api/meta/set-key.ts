/** Sets a key whatever it is called: assigning __proto__ would set the prototype instead, and what clients named so would be lost. */
export function setKey(o: object, key: string | number, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(o, key, { value, enumerable: true, configurable: true, writable: true });
  else (o as Record<string | number, unknown>)[key] = value;
}
