import { isCanonicalTime } from '../meta/time';
import { goTimeQuote } from '../patch/go-format';
import { DecodeError } from './decode-error';

const SECONDS = '2006-01-02T15:04:05Z07:00';
const MICROS = '2006-01-02T15:04:05.000000Z07:00';
const ZERO = '0001-01-01T00:00:00Z';

/**
 * metav1.Time: whole seconds in UTC; undefined for the zero time, which Go writes as null.
 * @throws DecodeError in the words of Go's time.Parse
 */
export function canonicalTime(text: string): string | undefined {
  if (isCanonicalTime(text)) return text === ZERO ? undefined : text;
  const seconds = new TimeParser(text, SECONDS).parse();
  const out = formatSeconds(seconds.ms) + 'Z';
  return out === ZERO ? undefined : out;
}

/** metav1.MicroTime: exactly six decimals, in UTC; undefined for the zero time. @throws DecodeError */
export function canonicalMicroTime(text: string): string | undefined {
  const { ms, micros } = new TimeParser(text, MICROS).parse();
  const seconds = formatSeconds(ms);
  return seconds + 'Z' === ZERO && micros === '000000' ? undefined : `${seconds}.${micros}Z`;
}

function formatSeconds(ms: number): string {
  const iso = new Date(ms).toISOString();
  // Years beyond 9999 have a sign and six digits.
  return iso.startsWith('+') ? iso.slice(1, -5).replace(/^0+/, '') : iso.slice(0, -5);
}

/** Go's time.Parse for the two layouts, element by element, since its complaints name the element they meet first. */
class TimeParser {
  private rest: string;

  constructor(
    private readonly text: string,
    private readonly layout: string,
  ) {
    this.rest = text;
  }

  parse(): { ms: number; micros: string } {
    const year = this.digits(4, '2006');
    this.literal('-');
    const month = this.ranged(this.digits(2, '01'), 1, 12, 'month');
    this.literal('-');
    const day = this.digits(2, '02');
    this.literal('T');
    const hour = this.ranged(this.hour(), 0, 23, 'hour');
    this.literal(':');
    const minute = this.ranged(this.digits(2, '04'), 0, 59, 'minute');
    this.literal(':');
    const second = this.ranged(this.digits(2, '05'), 0, 59, 'second');
    const micros = this.fraction();
    const offset = this.zone();
    if (this.rest !== '') throw new DecodeError(`parsing time ${goTimeQuote(this.text)}: extra text: ${goTimeQuote(this.rest)}`);
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    if (day < 1 || date.getUTCDate() !== day) throw this.outOfRange('day');
    date.setUTCHours(hour, minute, second);
    return { ms: date.getTime() - offset * 60_000, micros };
  }

  private digits(n: number, element: string): number {
    const found = this.rest.slice(0, n);
    if (found.length < n || !/^\d+$/.test(found)) throw this.mismatch(element);
    this.rest = this.rest.slice(n);
    return Number(found);
  }

  /** One digit will do. */
  private hour(): number {
    const found = /^\d\d?/.exec(this.rest)?.[0];
    if (found === undefined) throw this.mismatch('15');
    this.rest = this.rest.slice(found.length);
    return Number(found);
  }

  private literal(c: string): void {
    if (!this.rest.startsWith(c)) throw this.mismatch(c);
    this.rest = this.rest.slice(1);
  }

  private fraction(): string {
    const found = (this.layout === MICROS ? /^[.,](\d{6})/ : /^[.,](\d+)/).exec(this.rest);
    if (!found && this.layout === MICROS) throw this.mismatch('.000000');
    this.rest = this.rest.slice(found?.[0].length ?? 0);
    return found?.[1] ?? '';
  }

  /** Minutes east of UTC. */
  private zone(): number {
    if (this.rest.startsWith('Z')) {
      this.rest = this.rest.slice(1);
      return 0;
    }
    const m = /^([+-])(\d\d):(\d\d)/.exec(this.rest);
    if (!m) throw this.mismatch('Z07:00');
    const hours = this.ranged(Number(m[2]), 0, 24, 'time zone offset hour');
    const minutes = this.ranged(Number(m[3]), 0, 60, 'time zone offset minute');
    this.rest = this.rest.slice(6);
    return (m[1] === '-' ? -1 : 1) * (hours * 60 + minutes);
  }

  private ranged(n: number, min: number, max: number, what: string): number {
    if (n < min || n > max) throw this.outOfRange(what);
    return n;
  }

  private outOfRange(what: string): DecodeError {
    return new DecodeError(`parsing time ${goTimeQuote(this.text)}: ${what} out of range`);
  }

  private mismatch(element: string): DecodeError {
    return new DecodeError(`parsing time ${goTimeQuote(this.text)} as ${goTimeQuote(this.layout)}: cannot parse ${goTimeQuote(this.rest)} as ${goTimeQuote(element)}`);
  }
}
