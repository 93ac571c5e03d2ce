/** Aborted by the first Ctrl-C or SIGTERM; the second ends the process at once. */
export function stopSignal(process: NodeJS.Process): AbortSignal {
  const stopping = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    // A second Ctrl-C does not wait for anything.
    if (stopping.signal.aborted) process.exit(130);
    stopping.abort(new Error(`stopped by ${signal}`));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return stopping.signal;
}
