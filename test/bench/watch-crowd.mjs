// The clients of the benchmark of many watchers, in a process of their own: watches read without an HTTP client, idle connections,
// and connections that never finish what they begin. Told what to do by messages; started by watchers.mjs.
import fs from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';

const { port, token, ca } = JSON.parse(fs.readFileSync(0, 'utf8'));
const TLS = { host: '127.0.0.1', port, ca, servername: 'localhost' };
/** Connections that are being opened at a time. */
const PARALLEL = 32;

let sockets = [];
let watchers = [];
let broken = 0;

const micros = () => Number(process.hrtime.bigint() / 1000n);
const head = (path) => `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: Bearer ${token}\r\nAccept: application/json\r\n\r\n`;

/** Takes the events of one watch: each of a phase must come once, and revisions must rise. */
class Watcher {
  rest = '';
  initial = 0;
  phase = 0;
  revision = 0;
  seen = new Set();
  doubled = 0;
  unordered = 0;
  latencies = [];

  take(bytes) {
    this.rest += bytes.toString('latin1');
    for (let end = this.rest.indexOf('\n\r\n'); end >= 0; end = this.rest.indexOf('\n\r\n')) {
      this.event(this.rest.slice(0, end));
      this.rest = this.rest.slice(end + 3);
    }
  }

  event(line) {
    const at = line.indexOf('{"type":"');
    // The head of the answer.
    if (at < 0) return;
    const revision = Number(/"resourceVersion":"(\d+)"/.exec(line)[1]);
    if (line.startsWith('{"type":"ADDED"', at)) return void this.initial++;
    if (revision <= this.revision) this.unordered++;
    this.revision = revision;
    const [, phase, n, sent] = /"bench\/sent":"(\d+) (\d+) (\d+)"/.exec(line) ?? [];
    if (Number(phase) !== this.phase || this.seen.has(n)) this.doubled++;
    this.seen.add(n);
    this.latencies.push((micros() - Number(sent)) / 1000);
  }

  begin(phase) {
    Object.assign(this, { phase, seen: new Set(), doubled: 0, unordered: 0, latencies: [] });
  }
}

/** `connect` for every one of `n`, so many at a time; resolves when all are through. */
async function open(n, connect) {
  let next = 0;
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      while (next < n) await connect(next++);
    }),
  );
}

function connected(socket, event) {
  sockets.push(socket);
  socket.on('error', () => broken++);
  return new Promise((resolve, reject) => socket.once(event, resolve).once('error', reject));
}

const until = async (test, seconds) => {
  for (const end = performance.now() + seconds * 1000; !test() && performance.now() < end; ) await new Promise((r) => setTimeout(r, 5));
  return test();
};

const commands = {
  /** A watch for each of the paths, each with so many objects to begin with. */
  async watch({ paths, initial }) {
    watchers = paths.map(() => new Watcher());
    await open(paths.length, async (i) => {
      const socket = tls.connect(TLS);
      await connected(socket, 'secureConnect');
      socket.on('data', (d) => watchers[i].take(d));
      socket.write(head(paths[i]));
    });
    if (!(await until(() => watchers.every((w) => w.initial >= initial), 60))) throw new Error('not every watch began within 60 s');
  },

  begin({ phase }) {
    for (const w of watchers) w.begin(phase);
  },

  /** Waits until every watcher has its events, and then for a tenth of a second for what must not come. */
  async end({ each }) {
    await until(() => watchers.every((w) => w.seen.size >= each), 60);
    await new Promise((r) => setTimeout(r, 100));
    const latencies = watchers.flatMap((w) => w.latencies).sort((a, b) => a - b);
    const at = (p) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * p))];
    const sum = (of) => watchers.reduce((s, w) => s + of(w), 0);
    return { delivered: latencies.length, missed: sum((w) => Math.max(0, each - w.seen.size)), doubled: sum((w) => w.doubled), unordered: sum((w) => w.unordered), p50: at(0.5), p99: at(0.99), max: latencies.at(-1) };
  },

  /** Connections that have asked once and are kept. */
  async idle({ n }) {
    await open(n, async () => {
      const socket = tls.connect(TLS);
      await connected(socket, 'secureConnect');
      socket.write(head('/version'));
      await new Promise((r) => socket.once('data', r));
    });
  },

  /** Connections that say nothing, and connections that stop within the head of their request. */
  async halfOpen({ silent, half }) {
    await open(silent, () => connected(net.connect(port, '127.0.0.1'), 'connect'));
    await open(half, async () => {
      const socket = tls.connect(TLS);
      await connected(socket, 'secureConnect');
      socket.write(head('/version').slice(0, -10));
    });
  },

  /** Waits until the server has closed so many connections, at most so long; tells how many it did. */
  async closed({ n, seconds }) {
    const gone = () => sockets.filter((s) => s.closed).length;
    await until(() => gone() >= n, seconds);
    return gone();
  },

  async close() {
    const all = sockets;
    sockets = [];
    watchers = [];
    for (const s of all) s.destroy();
    await until(() => all.every((s) => s.closed), 30);
    return { broken };
  },
};

process.on('message', async ({ id, command, ...rest }) => {
  try {
    process.send({ id, result: (await commands[command](rest)) ?? null });
  } catch (e) {
    process.send({ id, error: e.message });
  }
});
process.on('disconnect', () => process.exit());
