import { goTimeQuote } from '../patch/go-format';

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
  const quoted = goTimeQuote(text);
  if (!rest) throw new Error(`time: invalid duration ${quoted}`);
  if (rest[2] === '') throw new Error(`time: missing unit in duration ${quoted}`);
  throw new Error(`time: unknown unit ${goTimeQuote(rest[2]!)} in duration ${quoted}`);
}

/** Milliseconds as Go's Duration.String writes them: '1h0m0s', '1.5s', '20ms', '0s'. */
export function formatGoDuration(ms: number): string {
  if (ms === 0) return '0s';
  const sign = ms < 0 ? '-' : '';
  const abs = Math.abs(ms);
  if (abs < 1e-3) return `${sign}${trim(abs * 1e6)}ns`;
  if (abs < 1) return `${sign}${trim(abs * 1e3)}µs`;
  if (abs < 1000) return `${sign}${trim(abs)}ms`;
  const hours = Math.floor(abs / 3_600_000);
  const minutes = Math.floor((abs % 3_600_000) / 60_000);
  const seconds = `${trim((abs % 60_000) / 1000)}s`;
  return sign + (hours > 0 ? `${hours}h${minutes}m${seconds}` : minutes > 0 ? `${minutes}m${seconds}` : seconds);
}

function trim(n: number): string {
  return String(Number(n.toFixed(9)));
}
