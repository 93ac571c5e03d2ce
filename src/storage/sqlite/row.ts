/** One line of the history: a committed (or about to be committed) change. */
export interface Row {
  rev: number;
  key: string;
  deleted: boolean;
  /** Revision at which the key was created. */
  createRev: number;
  /** Revision of the value before; 0: there was none. */
  prevRev: number;
  value: Uint8Array;
}

/** A change together with the value before it. */
export interface Change extends Row {
  prev?: Row;
}
