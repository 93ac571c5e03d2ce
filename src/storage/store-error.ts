/**
 * Why a store cannot do its work:
 * Locked — another process has it open; Damaged — the file is not (or no longer) what this store wrote; NewerFormat — written by a
 * later version; Full — no space left; Unavailable — the file cannot be opened or written; Failed — an earlier write failed, so
 * that nothing more is accepted; Closed — the store has been closed.
 */
export type StoreErrorCode = 'Locked' | 'Damaged' | 'NewerFormat' | 'Full' | 'Unavailable' | 'Failed' | 'Closed';

/** A store's own trouble, as opposed to an answer about a key. The message names the file and says what to do. */
export class StoreError extends Error {
  constructor(
    readonly code: StoreErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'StoreError';
  }
}
