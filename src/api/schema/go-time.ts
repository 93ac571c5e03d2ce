import { formatMicroTime, formatTime } from '../meta/time';
import { DecodeError } from './decode-error';

const SECONDS = '2006-01-02T15:04:05Z07:00';
const MICROS = '2006-01-02T15:04:05.000000Z07:00';
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** metav1.Time: whole seconds in UTC. @throws DecodeError in the words of Go's time.Parse */
export function canonicalTime(text: string): string {
  return isCanonical(text) ? text : formatTime(parse(text, SECONDS));
}

/** metav1.MicroTime: six decimals in UTC. @throws DecodeError */
export function canonicalMicroTime(text: string): string {
  const ms = parse(text, MICROS);
  const fraction = /\.(\d{6})/.exec(text);
  return fraction ? `${formatTime(ms).slice(0, 19)}.${fraction[1]}Z` : formatMicroTime(ms);
}

/** 2026-01-02T03:04:05Z, with numbers in range. */
function isCanonical(t: string): boolean {
  if (t.length !== 20 || t.charCodeAt(19) !== 90) return false;
  return RFC3339.test(t) && !Number.isNaN(Date.parse(t));
}

function parse(text: string, layout: string): number {
  const m = RFC3339.exec(text);
  if (!m) throw new DecodeError(`parsing time ${JSON.stringify(text)} as ${JSON.stringify(layout)}: ${firstMismatch(text, layout)}`);
  if (layout === MICROS && (m[7] ?? '').length !== 7) {
    throw new DecodeError(`parsing time ${JSON.stringify(text)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(text.slice(19))} as ".000000"`);
  }
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  const what = Number(m[2]) < 1 || Number(m[2]) > 12 ? 'month' : Number(m[4]) > 23 ? 'hour' : Number(m[5]) > 59 ? 'minute' : Number(m[6]) > 59 ? 'second' : 'day';
  throw new DecodeError(`parsing time ${JSON.stringify(text)}: ${what} out of range`);
}

const ELEMENTS: readonly (readonly [string, RegExp])[] = [
  ['2006', /^\d{4}/],
  ['-', /^-/],
  ['01', /^\d\d/],
  ['-', /^-/],
  ['02', /^\d\d/],
  ['T', /^T/],
  ['15', /^\d\d/],
  [':', /^:/],
  ['04', /^\d\d/],
  [':', /^:/],
  ['05', /^\d\d(\.\d+)?/],
  ['Z07:00', /^(Z|[+-]\d\d:\d\d)/],
];

function firstMismatch(text: string, layout: string): string {
  let rest = text;
  for (const [element, pattern] of ELEMENTS) {
    const found = pattern.exec(rest);
    if (!found) return `cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(element)}`;
    rest = rest.slice(found[0].length);
  }
  return layout && `extra text: ${JSON.stringify(rest)}`;
}
