/** Spellings with a fixed meaning in YAML 1.1, as go-yaml v2 knows them. */
const WORDS: ReadonlyMap<string, boolean | null | number> = new Map<string, boolean | null | number>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((w) => [w, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((w) => [w, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((w) => [w, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((w) => [w, NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((w) => [w, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((w) => [w, -Infinity] as const),
]);

const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;
const DATE = /^\d{4}-\d{1,2}-\d{1,2}($|[Tt ]\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?)/;
const BASE60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/**
 * The value of a plain scalar by YAML 1.1 as go-yaml v2 resolves it: words, numbers in bases 2, 8, 10 and 16 with underscores,
 * everything else (dates too) as text.
 */
export function resolvePlain(text: string): string | number | boolean | null {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  const c = text.charCodeAt(0);
  const digitOrSign = (c >= 48 && c <= 57) || c === 43 || c === 45;
  if (c === 46) return FLOAT.test(text) ? Number(text) : text;
  if (!digitOrSign || DATE.test(text)) return text;
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  return integerOf(plain) ?? (FLOAT.test(plain) ? Number(plain) : text);
}

function integerOf(text: string): number | undefined {
  const m = INTEGER.exec(text);
  if (!m) return undefined;
  const [, sign, hex, binary, octal, decimal] = m;
  const n = decimal !== undefined ? Number(decimal) : hex ? parseInt(hex, 16) : binary ? parseInt(binary, 2) : parseInt(octal!, 8);
  return sign === '-' && n !== 0 ? -n : n;
}

/** Whether `text` needs quotes to stay text: unquoted it would be read as something else, by this or by other YAML 1.1 readers. */
export function looksTyped(text: string): boolean {
  return typeof resolvePlain(text) !== 'string' || text === '<<' || DATE.test(text) || BASE60.test(text);
}
