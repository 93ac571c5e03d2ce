/** A duration in milliseconds as Go prints it, rounded to milliseconds: 0s, 350ms, 10s, 1m20s, 2h0m0s. */
export function goDuration(ms: number): string {
  const n = Math.round(ms);
  if (n === 0) return '0s';
  if (n < 1000) return `${n}ms`;
  const hours = Math.floor(n / 3_600_000);
  const minutes = Math.floor(n / 60_000) % 60;
  const seconds = `${(n % 60_000) / 1000}s`;
  return hours ? `${hours}h${minutes}m${seconds}` : minutes ? `${minutes}m${seconds}` : seconds;
}
