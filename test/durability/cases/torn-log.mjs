import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from '../server.mjs';

export const title = 'log cut off at every boundary';

const PATH = '/api/v1/namespaces/default/configmaps';
const FRAME_HEADER = 24;
const LOG_HEADER = 32;

/**
 * A server is killed under load; then copies of its files whose log ends at every frame, and in the middle of frames, are opened.
 * Each must hold exactly the writes up to some revision, and a whole log all that were answered.
 */
export default async function tornLog({ main, dir, seconds }, problems) {
  const kubeconfig = join(dir, 'kubeconfig');
  const data = join(dir, 'data');
  const server = await startServer([process.execPath, main, 'up', '--data-dir', data, '--kubeconfig', kubeconfig, '--port', '0', '--components', 'none'], kubeconfig, 64);
  /** revision → name of the create that was answered with it. */
  const answered = new Map();
  let stop = false;
  const write = async (w) => {
    for (let i = 0; !stop; i++) {
      const name = `t-${w}-${i}`;
      const r = await server.api.request('POST', PATH, { metadata: { name }, data: { text: 'x'.repeat((i * 97) % 3000) } }).catch(() => undefined);
      if (r?.code === 201) answered.set(Number(r.body.metadata.resourceVersion), name);
      if (!r) return;
    }
  };
  const writing = Promise.all(Array.from({ length: 16 }, (_, w) => write(w)));
  await sleep(seconds * 1000);
  await server.kill();
  stop = true;
  await writing;

  const { openSqliteStore } = createRequire(import.meta.url)(join(dirname(main), 'storage', 'sqlite', 'open-sqlite-store.js'));
  const { SystemClock } = createRequire(import.meta.url)(join(dirname(main), 'util', 'system-clock.js'));
  const { silentLog } = createRequire(import.meta.url)(join(dirname(main), 'util', 'log.js'));
  const source = join(data, 'state.db');
  const log = statSync(`${source}-wal`).size;
  const page = readFileSync(source).readUInt16BE(16);
  const frame = FRAME_HEADER + page;
  const frames = Math.floor((log - LOG_HEADER) / frame);
  const cuts = [0, 1, LOG_HEADER - 1, LOG_HEADER];
  // Every boundary of a frame, and one place within each: in its header, or in its page.
  for (let i = 0; i < frames; i++) cuts.push(LOG_HEADER + i * frame + (i % 2 ? 11 : FRAME_HEADER + ((i * 997) % page)), LOG_HEADER + (i + 1) * frame);
  cuts.push(log);
  // A long log is looked at in even steps, its end wholly.
  const step = Math.max(1, Math.floor(cuts.length / 400));
  const chosen = cuts.filter((_, i) => i % step === 0 || i > cuts.length - 40);
  const copy = join(dir, 'copy', 'state.db');
  let whole = 0;
  for (const at of chosen) {
    rmSync(dirname(copy), { recursive: true, force: true });
    mkdirSync(dirname(copy));
    copyFileSync(source, copy);
    copyFileSync(`${source}-wal`, `${copy}-wal`);
    truncateSync(`${copy}-wal`, at);
    let store;
    try {
      store = await openSqliteStore({ file: copy, clock: new SystemClock(), log: silentLog, workerScript: undefined });
      const { kvs, rev } = await store.list({ start: '/registry/configmaps/default/t-', end: '/registry/configmaps/default/t.' });
      const there = new Set(kvs.map((kv) => kv.key.slice(kv.key.lastIndexOf('/') + 1)));
      for (const [r, name] of answered) if (r <= rev && !there.has(name)) problems.push(`cut at ${at}: revision ${rev}, but ${name} of revision ${r} is missing`);
      for (const kv of kvs) if (kv.rev > rev) problems.push(`cut at ${at}: revision ${rev}, but ${kv.key} has ${kv.rev}`);
      if (at === log) {
        whole = rev;
        for (const [r, name] of answered) if (!there.has(name)) problems.push(`the whole log lacks ${name} of revision ${r}`);
      }
    } catch (e) {
      problems.push(`cut at ${at} of ${log}: ${e.message}`);
    } finally {
      await store?.close();
    }
  }
  if (!existsSync(source) || whole === 0) problems.push('the whole log was not opened');
  return { did: `${chosen.length} cuts of ${frames} frames`, answered: answered.size };
}
