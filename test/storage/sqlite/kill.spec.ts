import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { KV } from '../../../src/storage/store';
import { openSqliteStore } from '../../../src/storage/sqlite/open-sqlite-store';
import { FakeClock } from '../../../src/util/fake-clock';
import { silentLog } from '../../../src/util/log';
import { compileStore } from './compile-worker';

const KILLS = 6;
const compiled = compileStore();
const root = dirname(dirname(compiled.path('storage/store.js')));
const folder = mkdtempSync(join(tmpdir(), 'kubernest-store-'));
const file = join(folder, 'state.db');
afterAll(() => {
  compiled.remove();
  rmSync(folder, { recursive: true });
});

/** Lets a process write until it has reported `lines` lines, kills it as hard as possible and returns everything it reported. */
function writeAndKill(run: number, after: number, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [join(__dirname, 'writer-child.cjs'), root, file, String(run), String(after)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let count = 0;
  let errors = '';
  child.stderr.on('data', (d: Buffer) => (errors += d.toString()));
  child.stdout.on('data', (d: Buffer) => {
    const text = d.toString();
    out += text;
    for (const c of text) if (c === '\n') count++;
    if (count >= lines) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.on('close', (code, signal) => {
      if (signal !== 'SIGKILL') return reject(new Error(`the writer ended by itself (${code ?? signal}): ${errors}`));
      // The last line may have been cut off.
      resolve(out.split('\n').slice(0, -1));
    });
  });
}

describe('a store whose process is killed', () => {
  it('has every answered write, none that was refused, and watches go on without a gap', async () => {
    const answered = new Map<string, number>();
    const refused = new Set<string>();
    const events: number[] = [];
    let newest = 1;
    for (let run = 0; run < KILLS; run++) {
      const known = newest;
      for (const line of await writeAndKill(run, events[events.length - 1] ?? 1, 300 + run * 400)) {
        const [what, one, two] = line.split(' ') as [string, string, string];
        if (what === 'event') events.push(Number(one));
        else if (what === 'no') refused.add(one);
        else {
          answered.set(two, Number(one));
          newest = Math.max(newest, Number(one));
          expect(Number(one), 'revisions never go back').toBeGreaterThan(known);
        }
      }
    }
    expect(events).toEqual(Array.from({ length: events.length }, (_, i) => i + 2));
    expect(refused.size).toBeGreaterThan(0);
    expect(new Set(answered.values()).size).toBe(answered.size);

    const store = await openSqliteStore({ file, clock: new FakeClock(), log: silentLog, workerScript: undefined });
    const found = new Map<string, number>();
    const created: string[] = [];
    await new Promise<void>((resolve) => {
      const note = ({ key, value, rev }: KV): void => {
        found.set(Buffer.from(value).toString().split(' ')[0]!, rev);
        if (key !== '/raced') created.push(key);
      };
      store.watch({ start: '/', end: '0' }, 1, (batch) => batch.forEach((e) => note(e.kv)), () => resolve());
    });
    for (const [token, rev] of answered) expect(found.get(token), `write ${token} was answered`).toBe(rev);
    for (const token of refused) expect(found.has(token), `write ${token} was refused`).toBe(false);
    expect(store.revision).toBeGreaterThanOrEqual(newest);
    expect((await store.list({ start: '/created/', end: '/created0' })).kvs.map((kv) => kv.key)).toEqual(created.sort());
    await store.close();
  }, 60_000);
});
