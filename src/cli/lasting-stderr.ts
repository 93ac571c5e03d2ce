/** Standard error of the process. Whoever reads it may go before the cluster does: what cannot be written then ends nothing. */
export function lastingStderr(process: NodeJS.Process): typeof process.stderr {
  process.stderr.on('error', () => undefined);
  return process.stderr;
}
