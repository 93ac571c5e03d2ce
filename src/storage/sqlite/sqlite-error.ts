import { StoreError } from '../store-error';

/** Turns what better-sqlite3 (or the file system) threw about `file` into a StoreError; StoreErrors pass through. */
export function toStoreError(file: string, e: unknown): StoreError {
  if (e instanceof StoreError) return e;
  const code = (e as { code?: unknown }).code;
  const text = typeof code === 'string' ? code : '';
  const why = e instanceof Error ? e.message : String(e);
  const make = (kind: StoreError['code'], message: string): StoreError => new StoreError(kind, message, { cause: e });
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(text)) {
    return make('Damaged', `the store ${file} is damaged (${why}); nothing was changed: restore it from a backup or start with another data folder`);
  }
  if (/^SQLITE_FULL/.test(text) || text === 'ENOSPC' || text === 'EDQUOT') {
    return make('Full', `no space left for the store ${file} (${why}); free some space and start again`);
  }
  if (/^SQLITE_(BUSY|LOCKED)/.test(text)) {
    return make('Locked', `the store ${file} is in use by another process; stop it or choose another data folder`);
  }
  return make('Unavailable', `the store ${file} cannot be read or written (${text && !why.startsWith(text) ? `${text}: ` : ''}${why}); check the folder, its permissions and its disk`);
}

/** A StoreError as it crosses a thread boundary (structured clone drops classes). */
export interface WireError {
  code: StoreError['code'];
  message: string;
}

export function toWire(e: StoreError): WireError {
  return { code: e.code, message: e.message };
}

export function fromWire(e: WireError): StoreError {
  return new StoreError(e.code, e.message);
}
