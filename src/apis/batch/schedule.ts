import { timeZoneExists } from './time-zone';

interface Bounds {
  min: number;
  max: number;
  names?: readonly string[];
}

/** Names stand for their position plus `min`. */
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: WEEKDAYS },
];
const MACROS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];
const DURATION_UNITS = ['ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h'];

/** What is wrong with a cron schedule of five fields or one of the '@' words, in the words of the parser that upstream uses. */
export function scheduleProblem(text: string): string | undefined {
  try {
    parse(text);
    return undefined;
  } catch (e) {
    return (e as Error).message;
  }
}

function parse(text: string): void {
  let spec = text;
  if (spec.startsWith('TZ=') || spec.startsWith('CRON_TZ=')) {
    const eq = spec.indexOf('=');
    const space = spec.indexOf(' ');
    if (space < 0) throw new Error(`invalid schedule format: runtime error: slice bounds out of range [${eq + 1}:-1]`);
    const zone = spec.slice(eq + 1, space);
    if (zone !== '' && zone !== 'Local' && !timeZoneExists(zone)) throw new Error(`provided bad location ${zone}: unknown time zone ${zone}`);
    spec = spec.slice(space).trim();
  }
  if (spec.startsWith('@')) {
    parseWord(spec);
    return;
  }
  const fields = spec.split(/\s+/).filter(Boolean);
  if (fields.length !== FIELDS.length) throw new Error(`expected exactly ${FIELDS.length} fields, found ${fields.length}: [${fields.join(' ')}]`);
  fields.forEach((field, i) => {
    for (const range of field.split(',')) if (range) parseRange(range, FIELDS[i]!);
  });
}

function parseRange(text: string, b: Bounds): void {
  const parts = text.split('/');
  const ends = parts[0]!.split('-');
  let start = b.min;
  let end = b.max;
  if (ends[0] !== '*' && ends[0] !== '?') {
    start = parseIntOrName(ends[0]!, b);
    if (ends.length > 2) throw new Error(`too many hyphens: ${text}`);
    end = ends.length === 2 ? parseIntOrName(ends[1]!, b) : start;
  }
  let step = 1;
  if (parts.length > 2) throw new Error(`too many slashes: ${text}`);
  if (parts.length === 2) {
    step = parseNatural(parts[1]!);
    if (ends.length === 1) end = b.max;
  }
  if (start < b.min) throw new Error(`beginning of range (${start}) below minimum (${b.min}): ${text}`);
  if (end > b.max) throw new Error(`end of range (${end}) above maximum (${b.max}): ${text}`);
  if (start > end) throw new Error(`beginning of range (${start}) beyond end of range (${end}): ${text}`);
  if (step === 0) throw new Error(`step of range should be a positive number: ${text}`);
}

function parseIntOrName(text: string, b: Bounds): number {
  const at = b.names ? b.names.indexOf(text.toLowerCase()) : -1;
  return at >= 0 ? at + b.min : parseNatural(text);
}

function parseNatural(text: string): number {
  const failed = `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}`;
  if (!/^[+-]?\d+$/.test(text)) throw new Error(`${failed}: invalid syntax`);
  const n = BigInt(text.replace('+', ''));
  if (n !== BigInt.asIntN(64, n)) throw new Error(`${failed}: value out of range`);
  if (n < 0n) throw new Error(`negative number (${n}) not allowed: ${text}`);
  return Number(n);
}

function parseWord(spec: string): void {
  if (MACROS.includes(spec)) return;
  if (!spec.startsWith('@every ')) throw new Error(`unrecognized descriptor: ${spec}`);
  const problem = durationProblem(spec.slice('@every '.length));
  if (problem) throw new Error(`failed to parse duration ${spec}: ${problem}`);
}

/** What is wrong with a Go duration such as 1h30m. */
function durationProblem(text: string): string | undefined {
  const quoted = JSON.stringify(text);
  let rest = text.replace(/^[+-]/, '');
  if (rest === '0') return undefined;
  if (!rest) return `time: invalid duration ${quoted}`;
  while (rest) {
    const number = /^(\d+\.?\d*|\.\d+)/.exec(rest);
    if (!number) return `time: invalid duration ${quoted}`;
    rest = rest.slice(number[0].length);
    const unit = /^[^\d.]*/.exec(rest)![0];
    if (!unit) return `time: missing unit in duration ${quoted}`;
    if (!DURATION_UNITS.includes(unit)) return `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`;
    rest = rest.slice(unit.length);
  }
  return undefined;
}
