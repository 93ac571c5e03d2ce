import Database from 'better-sqlite3';
import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from '../store-error';
import { toStoreError } from './sqlite-error';

/** 'knst' */
const APPLICATION_ID = 0x6b6e7374;
/** Raise with every change of the tables that an older version could not read. */
export const FORMAT = 1;

/**
 * history: every change, its value written once. live: the revisions whose value is what the key holds now. It is keyed by
 * revision, not by key, so that writes of unrelated keys touch the same few pages; the index by key is in memory.
 * meta: compacted (see Store.compactedRevision), swept (up to where superseded rows have been deleted).
 */
const TABLES = `
  CREATE TABLE history (
    rev INTEGER PRIMARY KEY, key TEXT NOT NULL, deleted INTEGER NOT NULL,
    create_rev INTEGER NOT NULL, prev_rev INTEGER NOT NULL, value BLOB NOT NULL
  );
  CREATE TABLE live (rev INTEGER PRIMARY KEY);
  CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO meta VALUES ('compacted', 0), ('swept', 0);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT};
`;

/** A new store in memory. */
export function openMemory(): Database.Database {
  const db = new Database(':memory:');
  // Nothing to recover from a memory database; the journal is still needed to roll back.
  db.pragma('journal_mode = MEMORY');
  db.exec(TABLES);
  return db;
}

/**
 * Opens the store in `file`, making it when there is none. The caller holds the file's lock.
 * @throws StoreError Damaged, NewerFormat, Full, Unavailable; the file is left as it was
 */
export function openFile(file: string): Database.Database {
  let db: Database.Database | undefined;
  try {
    if (existsSync(file)) checkHeader(file);
    else createFile(file);
    db = new Database(file, { fileMustExist: true, timeout: 1000 });
    configure(db);
    checkFormat(file, db.pragma('application_id', { simple: true }), db.pragma('user_version', { simple: true }) as number);
    return db;
  } catch (e) {
    db?.close();
    throw toStoreError(file, e);
  }
}

/** Makes the database under another name first: a crash in between leaves nothing that looks like a store. */
function createFile(file: string): void {
  if (existsSync(`${file}-wal`)) throw damaged(file, 'its log is there, but the database is not');
  const draft = `${file}.new`;
  rmSync(draft, { force: true });
  rmSync(`${draft}-journal`, { force: true });
  // Secrets are in it. The log takes over its mode.
  closeSync(openSync(draft, 'wx', 0o600));
  const db = new Database(draft);
  try {
    // Fewer, larger pages: a batch of writes is some hundred kilobytes. 8 KiB was best for 1 to 64 writes of 1.6 kB.
    db.pragma('page_size = 8192');
    db.exec(`BEGIN; ${TABLES} COMMIT;`);
  } finally {
    db.close();
  }
  renameSync(draft, file);
  const folder = openSync(dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Looks at the file before SQLite does, which would take an empty file for a new database and tidy up a foreign one. */
function checkHeader(file: string): void {
  const header = Buffer.alloc(100);
  const fd = openSync(file, 'r');
  try {
    const n = readSync(fd, header, 0, header.length, 0);
    if (n < header.length || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') throw damaged(file, n ? 'it is not a SQLite database' : 'it is empty');
  } finally {
    closeSync(fd);
  }
  checkFormat(file, header.readUInt32BE(68), header.readUInt32BE(60));
}

function checkFormat(file: string, applicationId: unknown, format: number): void {
  if (applicationId !== APPLICATION_ID) throw damaged(file, 'it is some other SQLite database');
  if (format > FORMAT) {
    throw new StoreError('NewerFormat', `the store ${file} has format ${format}, but this version reads formats up to ${FORMAT}; use the version that wrote it, or another data folder`);
  }
  if (format < 1) throw damaged(file, `format ${format} never existed`);
}

function configure(db: Database.Database): void {
  // One process has the file to itself: no shared-memory index, no lock calls for every transaction.
  db.pragma('locking_mode = EXCLUSIVE');
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  // Done by the engine after it has answered.
  db.pragma('wal_autocheckpoint = 0');
}

function damaged(file: string, why: string): StoreError {
  return new StoreError('Damaged', `the store ${file} is damaged (${why}); nothing was changed: restore it from a backup or start with another data folder`);
}
