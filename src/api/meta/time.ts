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
  return RFC3339.test(text) ? Date.parse(text) : NaN;
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
