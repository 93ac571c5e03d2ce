// Writes to a store without end and reports on stdout, one line each and at once:
//   event REV    a watch resumed after the revision given was told of a change
//   ok REV TOKEN a write was answered
//   no TOKEN     a write was refused
// Started, and killed, by kill.spec.ts: node writer-child.cjs COMPILED_STORE FILE RUN AFTER
const { writeSync } = require('node:fs');
const { join } = require('node:path');

const [, , compiled, file, run, after] = process.argv;
const { openSqliteStore } = require(join(compiled, 'storage/sqlite/open-sqlite-store.js'));
const { SystemClock } = require(join(compiled, 'util/system-clock.js'));
const { silentLog } = require(join(compiled, 'util/log.js'));

const say = (line) => writeSync(1, `${line}\n`);

async function main() {
  const store = await openSqliteStore({ file, clock: new SystemClock(), log: silentLog });
  store.watch({ start: '/', end: '0' }, Number(after), (batch) => say(batch.map((e) => `event ${e.kv.rev}`).join('\n')));
  let n = 0;
  const write = async (key, expectRev) => {
    const token = `${run}-${n++}`;
    const r = await store.put(key, () => Buffer.from(`${token} ${'v'.repeat((n * 37) % 3000)}`), expectRev);
    say(r.ok ? `ok ${r.rev} ${token}` : `no ${token}`);
    return r;
  };
  const creator = async () => {
    for (;;) await write(`/created/${run}-${n}`, 0);
  };
  // Several writers race for one key, so that most are refused.
  const racer = async () => {
    let rev = 0;
    for (;;) {
      const r = await write('/raced', rev);
      rev = r.ok ? r.rev : (r.current?.rev ?? 0);
    }
  };
  await Promise.all([...Array.from({ length: 20 }, creator), ...Array.from({ length: 5 }, racer)]);
}

void main();
