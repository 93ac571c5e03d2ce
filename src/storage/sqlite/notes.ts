import Database from 'better-sqlite3';

/** What a copy of a store can carry beside the store: values by name, which become JSON. */
export type Notes = Record<string, unknown>;

/** Writes notes into a copy of a store and makes it one file, without a log beside it. @throws what SQLite has to say */
export function addNotes(file: string, notes: Notes): void {
  change(file, (db) => {
    db.pragma('journal_mode = DELETE');
    db.exec('CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID');
    const insert = db.prepare('INSERT INTO notes VALUES (?, ?)');
    db.transaction(() => {
      for (const [name, value] of Object.entries(notes)) insert.run(name, JSON.stringify(value));
    })();
  });
}

/** The notes of a copy; undefined when it has none. Its pages are checked, too. @throws Error when it is no database, or damaged */
export function readNotes(file: string): Notes | undefined {
  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    if (!db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'notes'").pluck().get()) return undefined;
    const problem = db.pragma('quick_check(1)', { simple: true });
    if (problem !== 'ok') throw new Error(`it is damaged: ${String(problem)}`);
    const rows = db.prepare('SELECT name, value FROM notes').raw().all() as [string, string][];
    return Object.fromEntries(rows.map(([name, value]) => [name, JSON.parse(value) as unknown]));
  } finally {
    db.close();
  }
}

/** Makes a copy a store again; the notes leave no trace in it. */
export function dropNotes(file: string): void {
  change(file, (db) => {
    db.pragma('secure_delete = ON');
    db.exec('DROP TABLE notes');
  });
}

function change(file: string, fn: (db: Database.Database) => void): void {
  const db = new Database(file, { fileMustExist: true });
  try {
    fn(db);
  } finally {
    db.close();
  }
}
