#!/usr/bin/env node
// Kills a server again and again in the middle of thousands of concurrent writes, and checks that nothing acknowledged was lost.
//
//   node test/durability/kill-loop.mjs [--kills 20] [--writes 5000] [--sockets 128] [--dir FOLDER] -- COMMAND ARGS…
//
// COMMAND starts the server in the foreground; {data} and {kubeconfig} in it are replaced by a folder and a file it shall use:
//   node test/durability/kill-loop.mjs -- node dist/main.js up --data-dir {data} --kubeconfig {kubeconfig} --port 0 --components none
//
// After every kill the server is started on the same data, and then
// - every answered create is there as it was answered, and nothing that was refused;
// - the newest revision is not older than any revision answered before;
// - a watch resumed from the last revision seen brings every change once, in order.
// Ends with `N passed, N failed` (a kill each) and code 1 if any failed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startServer } from './server.mjs';

const split = process.argv.indexOf('--');
const { values } = parseArgs({
  args: process.argv.slice(2, split < 0 ? undefined : split),
  options: {
    kills: { type: 'string', default: '20' },
    writes: { type: 'string', default: '5000' },
    sockets: { type: 'string', default: '128' },
    dir: { type: 'string' },
  },
});
if (split < 0 || split === process.argv.length - 1) {
  console.error('usage: kill-loop.mjs [--kills N] [--writes N] [--sockets N] [--dir FOLDER] -- COMMAND ARGS…');
  process.exit(2);
}
const kills = Number(values.kills);
const writes = Number(values.writes);
const dir = values.dir ?? mkdtempSync(join(tmpdir(), 'kubernest-kill-'));
const kubeconfig = join(dir, 'kubeconfig');
const command = process.argv.slice(split + 1).map((a) => a.replaceAll('{data}', join(dir, 'data')).replaceAll('{kubeconfig}', kubeconfig));

/** Everything learnt so far, over all kills. */
const known = {
  /** name → text of the creates that were answered with 201. */
  answered: new Map(),
  /** Names of creates that were answered with a refusal. */
  refused: new Set(),
  newestRevision: 0,
  /** name → how often its ADDED event came. */
  added: new Map(),
  lastEvent: 0,
};

const start = () => startServer(command, kubeconfig, Number(values.sockets));

const LABEL = 'labelSelector=durability%3Dyes';
const PATH = '/api/v1/namespaces/default/configmaps';

/** Creates as many objects as asked, some of them refusable; every answer is noted. Ends early when the server goes away. */
async function createMany(api, run) {
  let gone = false;
  const create = async (i) => {
    // Every 20th name is taken already, every 33rd object is not valid: both have to be refused and to change nothing.
    const taken = i % 20 === 19;
    const valid = i % 33 !== 32;
    const name = taken ? `run${run}-${i - 1}` : `run${run}-${i}`;
    const text = `${run}/${i} ${'x'.repeat((i * 97) % 3000)}`;
    const body = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name, labels: { durability: 'yes' } }, data: { [valid ? 'text' : 'not a key']: text } };
    let r;
    try {
      r = await api.request('POST', PATH, body);
    } catch {
      gone = true;
      return;
    }
    if (r.code === 201) {
      known.answered.set(name, text);
      known.newestRevision = Math.max(known.newestRevision, Number(r.body.metadata.resourceVersion));
    } else if (r.code === 409 || r.code === 422) {
      known.refused.add(text);
    } else if (!gone) {
      throw new Error(`create of ${name} answered ${r.code}: ${JSON.stringify(r.body)}`);
    }
  };
  await Promise.all(Array.from({ length: writes }, (_, i) => create(i)));
}

/** Follows the objects from the last event seen; ends with the connection. */
function follow(api, problems) {
  return api.watch(`${PATH}?watch=1&${LABEL}&resourceVersion=${known.lastEvent}`, (e) => {
    if (e.type !== 'ADDED') return void problems.push(`the watch brought ${e.type} ${JSON.stringify(e.object).slice(0, 300)}`);
    const rev = Number(e.object.metadata.resourceVersion);
    if (rev <= known.lastEvent) problems.push(`the watch went back from revision ${known.lastEvent} to ${rev}`);
    known.lastEvent = rev;
    const { name } = e.object.metadata;
    known.added.set(name, (known.added.get(name) ?? 0) + 1);
  });
}

/** What is wrong after a restart. */
async function check(api, problems) {
  const { code, body: list } = await api.request('GET', `${PATH}?${LABEL}`);
  if (code !== 200) return void problems.push(`the list answered ${code}`);
  const there = new Map(list.items.map((o) => [o.metadata.name, o]));
  for (const [name, text] of known.answered) {
    if (!there.has(name)) problems.push(`${name} was answered but is lost`);
    else if (there.get(name).data?.text !== text) problems.push(`${name} is not as it was answered`);
  }
  for (const o of there.values()) if (known.refused.has(o.data?.text)) problems.push(`${o.metadata.name} was refused but is there`);
  const rev = Number(list.metadata.resourceVersion);
  if (rev < known.newestRevision) problems.push(`the newest revision is ${rev}, but ${known.newestRevision} was answered before`);
  const newest = Math.max(0, ...list.items.map((o) => Number(o.metadata.resourceVersion)));
  for (let i = 0; known.lastEvent < newest && i < 500; i++) await sleep(20);
  for (const name of there.keys()) if (known.added.get(name) !== 1) problems.push(`the watch brought ${name} ${known.added.get(name) ?? 0} times`);
  for (const name of known.added.keys()) if (!there.has(name)) problems.push(`the watch brought ${name}, which is not there`);
}

let passed = 0;
let failed = 0;
let server = await start();
known.lastEvent = Number((await server.api.request('GET', `${PATH}?${LABEL}`)).body.metadata.resourceVersion);
for (let run = 0; run < kills; run++) {
  const problems = [];
  try {
    const before = known.answered.size;
    const watching = follow(server.api, problems);
    // Sometimes after the first few answers, sometimes near the end.
    const enough = before + Math.floor((writes * 0.9 * (run + 0.5)) / kills);
    const creating = createMany(server.api, run);
    let finished = false;
    creating.then(() => (finished = true), () => (finished = true));
    while (known.answered.size < enough && !finished) await sleep(1);
    await server.kill();
    await Promise.all([creating, watching]);
    server = await start();
    const resumed = follow(server.api, problems);
    await check(server.api, problems);
    resumed.stop();
    await resumed;
    console.log(`kill ${run + 1}: ${known.answered.size - before} answered, ${known.answered.size} in all, revision ${known.newestRevision}${problems.length ? '' : ', all there'}`);
  } catch (e) {
    problems.push(e.stack ?? String(e));
  }
  for (const p of problems.slice(0, 10)) console.error(`  ${p}`);
  if (problems.length > 10) console.error(`  and ${problems.length - 10} more`);
  if (problems.length) failed++;
  else passed++;
  if (!server.running) {
    failed += kills - run - 1;
    break;
  }
}
if (server.running) await server.kill();
if (values.dir === undefined) rmSync(dir, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
