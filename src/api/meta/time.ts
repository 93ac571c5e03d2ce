/** metav1.Time: RFC 3339 in whole seconds, UTC. `ms` since the epoch. */
export function formatTime(ms: number): string {
  const second = Math.floor(ms / 1000);
  // Every write asks several times, nearly always in the second of the one before.
  if (second !== formatted.second) formatted = { second, text: new Date(ms).toISOString().slice(0, 19) + 'Z' };
  return formatted.text;
}

/** The last result: a function's value, not state. */
let formatted = { second: NaN, text: '' };

/** metav1.MicroTime: RFC 3339 with six decimals, UTC. */
export function formatMicroTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 23) + '000Z';
}

/** Milliseconds since the epoch, or NaN when the text is no RFC 3339 time. */
export function parseTime(text: string): number {
  if (isCanonicalTime(text)) {
    const year = two(text, 0) * 100 + two(text, 2);
    // Date.UTC takes the first hundred years for those of the twentieth century.
    if (year >= 100) return Date.UTC(year, two(text, 5) - 1, two(text, 8), two(text, 11), two(text, 14), two(text, 17));
  }
  return RFC3339.test(text) ? Date.parse(text) : NaN;
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether a text is a time as metav1.Time writes it, 2026-01-02T03:04:05Z. Said of every day that there is, but the leap day: that one takes the long way. */
export function isCanonicalTime(t: string): boolean {
  if (t.length !== 20 || t.charCodeAt(19) !== 90 || t.charCodeAt(10) !== 84) return false;
  if (t.charCodeAt(4) !== 45 || t.charCodeAt(7) !== 45 || t.charCodeAt(13) !== 58 || t.charCodeAt(16) !== 58) return false;
  const month = two(t, 5);
  if (two(t, 0) < 0 || two(t, 2) < 0 || !inside(month, 1, 12) || !inside(two(t, 8), 1, DAYS[month - 1]!)) return false;
  return inside(two(t, 11), 0, 23) && inside(two(t, 14), 0, 59) && inside(two(t, 17), 0, 59);
}

function inside(n: number, least: number, most: number): boolean {
  return n >= least && n <= most;
}

/** Two digits as a number, or -1. */
function two(t: string, i: number): number {
  const a = t.charCodeAt(i) - 48;
  const b = t.charCodeAt(i + 1) - 48;
  return a >= 0 && a <= 9 && b >= 0 && b <= 9 ? a * 10 + b : -1;
}
