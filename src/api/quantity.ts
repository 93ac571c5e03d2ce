/** How a quantity is written: 12M, 12Mi or 12e6. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** An exact amount: mantissa × 10^scale (resource.Quantity upstream). Immutable. */
export interface Quantity {
  /** A number while it is a safe integer, else a bigint. */
  readonly mantissa: number | bigint;
  readonly scale: number;
  readonly format: QuantityFormat;
  /** The text it was read from, when upstream writes it back as it came. */
  readonly text?: string;
}

/** Upstream's words for a text that does not look like a quantity. */
export const QUANTITY_FORMAT_ERROR = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
/** Upstream's words for digits that make no number. */
export const QUANTITY_NUMERIC_ERROR = 'unable to parse numeric part of quantity';
/** Upstream's words for an unknown suffix. */
export const QUANTITY_SUFFIX_ERROR = "unable to parse quantity's suffix";

const DECIMAL_SUFFIX: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const DECIMAL_NAME = new Map(Object.entries(DECIMAL_SUFFIX).map(([s, e]) => [e, s]));
const BINARY_SUFFIX: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const BINARY_NAME = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
/** Binary quantities are capped at the largest int64. */
const MAX_BINARY = 2n ** 63n - 1n;
/** Sums whose exponents lie further apart keep the larger one only: nobody means such numbers, and exact ones need gigabytes. */
const MAX_SPREAD = 1000;

const WELL_FORMED = /^([+-]?)0*([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;

/**
 * Reads a quantity as the API server does: fractions finer than a nano unit are rounded away from zero.
 * A number stands for its decimal text. Surrounding blanks are not accepted (decoders trim them).
 * @throws Error with one of the QUANTITY_*_ERROR texts
 */
export function parseQuantity(s: string | number): Quantity {
  const text = typeof s === 'number' ? String(s) : s;
  const plain = parsePlain(text);
  if (plain) return plain;
  const m = text === '' ? null : WELL_FORMED.exec(text);
  if (!m) throw new Error(QUANTITY_FORMAT_ERROR);
  const num = m[2] || '0';
  const denom = m[3] ?? '';
  const negative = m[1] === '-';
  const suffix = m[4]!;
  const binary = BINARY_SUFFIX[suffix];
  const decimal = binary === undefined ? decimalExponent(suffix) : undefined;
  const format: QuantityFormat = binary !== undefined ? 'BinarySI' : suffix in DECIMAL_SUFFIX ? 'DecimalSI' : 'DecimalExponent';
  const digits = num + denom;
  const scale = (decimal ?? 0) - denom.length;
  const fast =
    binary !== undefined
      ? denom === '' && 15 - num.length - Math.trunc((binary * 3) / 10) - 1 >= 0
      : digits.length <= 18 && scale >= -9;

  if (!fast && /^[+-]?\.?(?![0-9.+-])/.test(text)) throw new Error(QUANTITY_NUMERIC_ERROR);
  let mantissa = BigInt(digits);
  if (fast) {
    const last = Number(mantissa & 7n);
    const keep = binary !== undefined ? last !== 0 : scale % 3 === 0 && !digits.endsWith('000') && digits[0] !== '0';
    if (binary !== undefined) mantissa <<= BigInt(binary);
    return { mantissa: shrink(negative ? -mantissa : mantissa), scale, format, ...(keep ? { text } : {}) };
  }
  return parseWide(mantissa, scale, format, binary ?? 0, negative);
}

/** Numbers beyond int64 or finer than nano, and binary ones with a fraction. */
function parseWide(digits: bigint, exponent: number, wanted: QuantityFormat, binary: number, negative: boolean): Quantity {
  let mantissa = digits << BigInt(binary);
  let scale = exponent;
  let format = wanted;
  if (scale < -9) {
    mantissa = mantissa === 0n ? 0n : roundUp(mantissa, -9 - scale);
    scale = -9;
  }
  if (format === 'BinarySI') {
    if (compareParts(mantissa, scale, MAX_BINARY, 0) > 0) {
      mantissa = MAX_BINARY;
      scale = 0;
    }
    if (mantissa > 0n && compareParts(mantissa, scale, 1n, 0) < 0) format = 'DecimalSI';
  }
  return { mantissa: shrink(negative ? -mantissa : mantissa), scale, format };
}

/** The exponent of ten that a decimal suffix stands for. @throws Error for an unknown one */
function decimalExponent(suffix: string): number {
  const known = DECIMAL_SUFFIX[suffix];
  if (known !== undefined) return known;
  if (!/^[eE][-+]?[0-9]+$/.test(suffix)) throw new Error(QUANTITY_SUFFIX_ERROR);
  const exponent = BigInt(suffix[1] === '+' ? suffix.slice(2) : suffix.slice(1));
  if (exponent !== BigInt.asIntN(64, exponent)) throw new Error(QUANTITY_SUFFIX_ERROR);
  return Number(BigInt.asIntN(32, exponent));
}

/** The usual forms without regular expression or bigint: up to nine digits without leading zero, then one of "", m, k, M, G, Ki, Mi, Gi. */
function parsePlain(text: string): Quantity | undefined {
  const length = text.length;
  let n = text.charCodeAt(0) - 48;
  if (!(n > 0 && n <= 9)) return text === '0' ? { mantissa: 0, scale: 0, format: 'DecimalSI', text } : undefined;
  let i = 1;
  for (; i < length; i++) {
    const d = text.charCodeAt(i) - 48;
    if (!(d >= 0 && d <= 9)) break;
    n = n * 10 + d;
  }
  if (i > 9) return undefined;
  let scale = 0;
  if (i < length) {
    const unit = text.charCodeAt(i);
    if (length === i + 1) {
      scale = unit === 109 ? -3 : unit === 107 ? 3 : unit === 77 ? 6 : unit === 71 ? 9 : 0;
      if (scale === 0) return undefined;
    } else {
      if (length !== i + 2 || text.charCodeAt(i + 1) !== 105) return undefined;
      const factor = unit === 77 ? 1048576 : unit === 75 ? 1024 : unit === 71 ? 1073741824 : 0;
      if (factor === 0 || n > 8388607) return undefined;
      return n % 8 === 0 ? { mantissa: n * factor, scale: 0, format: 'BinarySI' } : { mantissa: n * factor, scale: 0, format: 'BinarySI', text };
    }
  }
  return n % 1000 === 0 ? { mantissa: n, scale, format: 'DecimalSI' } : { mantissa: n, scale, format: 'DecimalSI', text };
}

/**
 * The text as the API server writes it back: 1.5Gi → 1536Mi, 0.5 → 500m, 1000m → 1; texts that upstream takes for canonical are kept.
 * @throws Error with one of the QUANTITY_*_ERROR texts
 */
export function canonicalQuantity(s: string | number): string {
  return formatQuantity(parseQuantity(s));
}

/** Writes a quantity in canonical form (no precision lost, no fraction, the largest suffix that fits). */
export function formatQuantity(q: Quantity): string {
  if (q.text !== undefined) return q.text;
  // eslint-disable-next-line eqeqeq -- 0 or 0n
  if (q.mantissa == 0) return '0';
  if (q.format === 'BinarySI' && !inside1024(q)) {
    const whole = wholeOf(q);
    if (whole !== undefined) return formatBinary(whole);
  }
  return formatDecimal(q);
}

function inside1024(q: Quantity): boolean {
  return compareParts(BigInt(q.mantissa), q.scale, 1024n, 0) < 0 && compareParts(BigInt(q.mantissa), q.scale, -1024n, 0) > 0;
}

/** The amount in whole units, or undefined when it has a fraction. */
function wholeOf(q: Quantity): number | bigint | undefined {
  if (q.scale === 0) return q.mantissa;
  const mantissa = BigInt(q.mantissa);
  if (q.scale > 0) return q.scale <= MAX_SPREAD ? mantissa * 10n ** BigInt(q.scale) : undefined;
  const divisor = 10n ** BigInt(-q.scale);
  return mantissa % divisor === 0n ? mantissa / divisor : undefined;
}

function formatBinary(whole: number | bigint): string {
  let power = 0;
  if (typeof whole === 'number') {
    let n = whole;
    while (n % 1024 === 0 && power < 6) {
      n /= 1024;
      power++;
    }
    return `${n}${BINARY_NAME[power]!}`;
  }
  let n = whole;
  while (n % 1024n === 0n) {
    n /= 1024n;
    power++;
  }
  return `${n}${BINARY_NAME[power] ?? ''}`;
}

function formatDecimal(q: Quantity): string {
  let digits = String(q.mantissa);
  let exponent = q.scale;
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === 48) end--;
  exponent += digits.length - end;
  digits = digits.slice(0, end);
  const over = ((exponent % 3) + 3) % 3;
  digits += '0'.repeat(over);
  exponent -= over;
  if (q.format === 'DecimalExponent') return exponent === 0 ? digits : `${digits}e${exponent}`;
  // Beyond the largest suffix upstream writes none, and so do we.
  return digits + (DECIMAL_NAME.get(exponent) ?? '');
}

/** Whole units, rounded away from zero. Beyond 2^53 the nearest double. */
export function quantityValue(s: string | number): number {
  return scaledValue(parseQuantity(s), 0);
}

/** Thousandths of a unit, rounded away from zero. Beyond 2^53 the nearest double. */
export function quantityMilliValue(s: string | number): number {
  return scaledValue(parseQuantity(s), 3);
}

/** The amount in units of 10^-places, rounded away from zero. */
export function scaledValue(q: Quantity, places: number): number {
  const scale = q.scale + places;
  if (scale >= 0) return typeof q.mantissa === 'number' ? q.mantissa * 10 ** scale : Number(q.mantissa) * 10 ** scale;
  if (typeof q.mantissa === 'number' && scale >= -15) {
    const divisor = 10 ** -scale;
    const rest = q.mantissa % divisor;
    return (q.mantissa - rest) / divisor + Math.sign(rest);
  }
  const m = BigInt(q.mantissa);
  return m < 0n ? -Number(roundUp(-m, -scale)) : Number(roundUp(m, -scale));
}

/** -1, 0 or 1 as a is less than, equal to or more than b. */
export function compareQuantity(a: string | number | Quantity, b: string | number | Quantity): number {
  const x = quantityOf(a);
  const y = quantityOf(b);
  if (x.scale === y.scale) return x.mantissa < y.mantissa ? -1 : x.mantissa > y.mantissa ? 1 : 0;
  return compareParts(BigInt(x.mantissa), x.scale, BigInt(y.mantissa), y.scale);
}

/** a + b in canonical form, in the format of a (of b when a is zero). */
export function addQuantity(a: string | number | Quantity, b: string | number | Quantity): string {
  return formatQuantity(sumOf(quantityOf(a), quantityOf(b), 1));
}

/** a − b in canonical form, in the format of a (of b when a is zero). */
export function subQuantity(a: string | number | Quantity, b: string | number | Quantity): string {
  return formatQuantity(sumOf(quantityOf(a), quantityOf(b), -1));
}

/** `s` rounded away from zero to a multiple of 10^scale (Quantity.RoundUp upstream); unchanged when it already is one. */
export function roundQuantity(s: string | number, scale: number): string {
  const q = parseQuantity(s);
  if (q.scale >= scale) return formatQuantity(q);
  const m = BigInt(q.mantissa);
  const rounded = m < 0n ? -roundUp(-m, scale - q.scale) : roundUp(m, scale - q.scale);
  return formatQuantity({ mantissa: shrink(rounded), scale, format: q.format });
}

function quantityOf(q: string | number | Quantity): Quantity {
  return typeof q === 'object' ? q : parseQuantity(q);
}

function sumOf(a: Quantity, b: Quantity, sign: 1 | -1): Quantity {
  // eslint-disable-next-line eqeqeq -- 0 or 0n
  const format = a.mantissa == 0 ? b.format : a.format;
  const scale = Math.min(a.scale, b.scale);
  if (typeof a.mantissa === 'number' && typeof b.mantissa === 'number' && a.scale - scale <= 9 && b.scale - scale <= 9) {
    const x = a.mantissa * 10 ** (a.scale - scale);
    const y = b.mantissa * 10 ** (b.scale - scale);
    const sum = x + sign * y;
    if (Number.isSafeInteger(x) && Number.isSafeInteger(y) && Number.isSafeInteger(sum)) return { mantissa: sum, scale, format };
  }
  // eslint-disable-next-line eqeqeq -- 0 or 0n
  if (b.mantissa == 0) return { mantissa: a.mantissa, scale: a.scale, format };
  const y = BigInt(sign) * BigInt(b.mantissa);
  // eslint-disable-next-line eqeqeq -- 0 or 0n
  if (a.mantissa == 0 || b.scale - a.scale > MAX_SPREAD) return { mantissa: shrink(y), scale: b.scale, format };
  if (a.scale - b.scale > MAX_SPREAD) return { mantissa: a.mantissa, scale: a.scale, format };
  const x = BigInt(a.mantissa) * 10n ** BigInt(a.scale - scale);
  return { mantissa: shrink(x + y * 10n ** BigInt(b.scale - scale)), scale, format };
}

/** Compares a×10^as with b×10^bs without building numbers of more digits than are needed. */
function compareParts(a: bigint, as: number, b: bigint, bs: number): number {
  const sa = a > 0n ? 1 : a < 0n ? -1 : 0;
  const sb = b > 0n ? 1 : b < 0n ? -1 : 0;
  if (sa !== sb) return sa < sb ? -1 : 1;
  if (sa === 0) return 0;
  const length = (n: bigint, s: number): number => String(n < 0n ? -n : n).length + s;
  const la = length(a, as);
  const lb = length(b, bs);
  if (la !== lb) return la < lb ? -sa : sa;
  const scale = Math.min(as, bs);
  const x = a * 10n ** BigInt(as - scale);
  const y = b * 10n ** BigInt(bs - scale);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** n / 10^places rounded up; n is not negative. */
function roundUp(n: bigint, places: number): bigint {
  if (places > String(n).length) return n === 0n ? 0n : 1n;
  const divisor = 10n ** BigInt(places);
  return (n + divisor - 1n) / divisor;
}

function shrink(n: bigint): number | bigint {
  return n >= -9007199254740991n && n <= 9007199254740991n ? Number(n) : n;
}
