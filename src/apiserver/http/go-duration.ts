const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, 'µs': 1e-3, 'μs': 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy;

/**
 * Milliseconds of a duration as Go writes it: '1.5h', '2m30s', '-10ms', '0'.
 * @throws Error in the words of time.ParseDuration
 */
export function parseGoDuration(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const body = text.startsWith('-') || text.startsWith('+') ? text.slice(1) : text;
  if (body === '0') return 0;
  let total = 0;
  let at = 0;
  for (const m of body.matchAll(PART)) {
    if (m.index !== at) break;
    total += Number(m[1]) * UNITS[m[2]!]!;
    at += m[0].length;
  }
  if (at === body.length && at > 0) return sign * total;
  const rest = /^(\d+\.?\d*|\.\d+)([^\d.]*)/.exec(body.slice(at));
  const quoted = JSON.stringify(text);
  if (!rest) throw new Error(`time: invalid duration ${quoted}`);
  if (rest[2] === '') throw new Error(`time: missing unit in duration ${quoted}`);
  throw new Error(`time: unknown unit ${JSON.stringify(rest[2])} in duration ${quoted}`);
}
