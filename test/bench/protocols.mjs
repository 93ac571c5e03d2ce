// What HTTP/1.1 and HTTP/2 cost a server in Node, nothing behind them: CPU time of the server for an answered request and for a watch event.
//   node test/bench/protocols.mjs [--requests N] [--rounds N]
import 'reflect-metadata';
import { spawn } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http2 from 'node:http2';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as x509 from '@peculiar/x509';
import { cpuMicros } from './load-client.mjs';

const { values } = parseArgs({ options: { requests: { type: 'string', default: '20000' }, rounds: { type: 'string', default: '3' } } });
const REQUESTS = Number(values.requests);
const AT_ONCE = 16;
const WATCHERS = 50;
const EVENTS = 1000;
const BODY = Buffer.from(JSON.stringify({ kind: 'Pod', padding: 'x'.repeat(1560) }));
const dir = mkdtempSync(join(tmpdir(), 'kubernest-protocols-'));

async function writeKeys() {
  x509.cryptoProvider.set(webcrypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const cert = await x509.X509CertificateGenerator.createSelfSigned({ name: 'CN=localhost', keys, signingAlgorithm: algorithm, notBefore: new Date(Date.now() - 1e6), notAfter: new Date(Date.now() + 1e9) });
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  const file = join(dir, 'keys.json');
  writeFileSync(file, JSON.stringify({ key, cert: cert.toString('pem') }));
  return file;
}

const HEADERS = { accept: 'application/json', authorization: `Bearer ${'t'.repeat(300)}`, 'user-agent': 'kubectl/v1.35.0 (linux/amd64) kubernetes/0000000' };

/** Sends requests, so many at once; each kind of client gives `ask(method, path, body)` and `close()`. */
const clients = {
  https(port) {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 200, rejectUnauthorized: false });
    const ask = (method, path, body) =>
      new Promise((resolve, reject) => {
        const r = https.request({ host: '127.0.0.1', port, path, method, agent, headers: body ? { ...HEADERS, 'content-type': 'application/json', 'content-length': body.length } : HEADERS }, (m) => m.on('data', () => {}).on('end', resolve).on('error', reject));
        r.on('error', reject);
        r.end(body);
      });
    return { ask, close: () => agent.destroy() };
  },
  http2(port) {
    const session = http2.connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
    session.on('error', () => {});
    const ask = (method, path, body) =>
      new Promise((resolve, reject) => {
        const s = session.request({ ':method': method, ':path': path, ...HEADERS, ...(body ? { 'content-type': 'application/json', 'content-length': body.length } : {}) }, { endStream: !body });
        s.on('data', () => {}).on('end', resolve).on('error', reject);
        if (body) s.end(body);
      });
    return { ask, close: () => session.destroy() };
  },
};

async function load(ask, method, body, count) {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await ask(method, '/api/v1/namespaces/default/pods/web-7957885594-hfc6z', body);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function measure(protocol, keys) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'protocol-server.mjs'), protocol, keys], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = Number(await new Promise((resolve) => child.stdout.once('data', resolve)));
  const { ask, close } = clients[protocol === 'http2' ? 'http2' : 'https'](port);
  const cost = async (work, count) => {
    const [cpu, began] = [cpuMicros(child.pid), performance.now()];
    await work();
    return { cpu: (cpuMicros(child.pid) - cpu) / count, rate: (count / (performance.now() - began)) * 1000 };
  };
  try {
    for (const [m, b] of [['GET'], ['POST', BODY]]) await load(ask, m, b, REQUESTS / 4);
    const get = await cost(() => load(ask, 'GET', undefined, REQUESTS), REQUESTS);
    const post = await cost(() => load(ask, 'POST', BODY, REQUESTS), REQUESTS);
    const watch = await cost(() => Promise.all(Array.from({ length: WATCHERS }, () => ask('GET', `/watch/${WATCHERS}`))), WATCHERS * EVENTS);
    return { get, post, watch };
  } finally {
    close();
    child.kill();
  }
}

const keys = await writeKeys();
const best = {};
for (let round = 0; round < Number(values.rounds); round++) {
  for (const protocol of ['http1', 'node', 'http2']) {
    const now = await measure(protocol, keys);
    for (const [what, { cpu, rate }] of Object.entries(now)) {
      const b = ((best[protocol] ??= {})[what] ??= { cpu: Infinity, rate: 0 });
      b.cpu = Math.min(b.cpu, cpu);
      b.rate = Math.max(b.rate, rate);
    }
  }
}
const NAMES = { http1: 'HTTP/1.1, own reader', node: 'HTTP/1.1, node:https', http2: 'HTTP/2, node:http2' };
const cell = (text, n) => text.padStart(n);
console.log(`${'server CPU in µs (rate a second)'.padEnd(34)}${cell('GET 1.6 kB', 20)}${cell('POST 1.6 kB', 20)}${cell('watch event 0.7 kB', 24)}`);
for (const [protocol, b] of Object.entries(best)) {
  const show = ({ cpu, rate }) => `${cpu.toFixed(1)} (${Math.round(rate)})`;
  console.log(`${NAMES[protocol].padEnd(34)}${cell(show(b.get), 20)}${cell(show(b.post), 20)}${cell(show(b.watch), 24)}`);
}
rmSync(dir, { recursive: true });
