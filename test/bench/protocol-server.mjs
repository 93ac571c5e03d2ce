// A server of nothing but a protocol: answers GET with 1.6 kB from memory, POST with its body, and sends 0.7 kB frames to those who watch.
//   node test/bench/protocol-server.mjs http1|node|http2 KEYS-FILE
// http1 is Kubernest's own reader (src/apiserver/http/wire), node is node:https, http2 is node:http2. Prints its port.
import fs from 'node:fs';
import http2 from 'node:http2';
import https from 'node:https';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [protocol, file] = process.argv.slice(2);
const keys = JSON.parse(fs.readFileSync(file, 'utf8'));
const stored = Buffer.from(JSON.stringify({ kind: 'Pod', padding: 'x'.repeat(1560) }));
const frame = JSON.stringify({ type: 'MODIFIED', object: { padding: 'x'.repeat(660) } }) + '\n';
const TOGETHER = 10;
/** Frames of one round, joined as watches join them; for HTTP/1.1 each is a chunk ready-made. */
const joined = Buffer.from(frame.repeat(TOGETHER));
const chunks = Buffer.from(`${frame.length.toString(16)}\r\n${frame}\r\n`.repeat(TOGETHER));
const HEAD = ['Audit-Id', '0d4a4a5e-0000-4000-8000-000000000000', 'Cache-Control', 'no-cache, private', 'Content-Type', 'application/json', 'X-Kubernetes-Pf-Flowschema-Uid', '1d4a4a5e-0000-4000-8000-000000000000', 'X-Kubernetes-Pf-Prioritylevel-Uid', '2d4a4a5e-0000-4000-8000-000000000000'];
const watchers = new Set();

/** A hundred rounds of ten events for everybody, then the end. */
function fanOut() {
  let left = 100;
  const round = () => {
    for (const w of watchers) if (w.chunks) w.chunks.write(chunks); else w.write(joined);
    if (--left) setImmediate(round);
    else for (const w of watchers) w.end();
  };
  round();
}
function watch(w, wanted) {
  watchers.add(w);
  if (watchers.size === wanted) setTimeout(fanOut, 50);
}

const makers = {
  http1() {
    const dist = createRequire(join(import.meta.dirname, '../../dist/main.js'));
    const { WireServer } = dist('./apiserver/http/wire/wire-server.js');
    const server = https.createServer(keys, () => {});
    WireServer.before(server, { now: Date.now, monotonic: () => performance.now() }, (call) => {
      const send = (body) => call.send(200, [...HEAD, 'Content-Length', String(body.length)], body);
      if (call.url.startsWith('/watch')) {
        call.begin(200, HEAD);
        watch(call, Number(call.url.slice(7)));
      } else if (call.method === 'GET') send(stored);
      else call.readBody(send);
    }, () => true);
    return server;
  },
  node() {
    return https.createServer({ ...keys, noDelay: true }, (req, res) => {
      const send = (body) => (res.writeHead(200, [...HEAD, 'Content-Length', String(body.length)]), res.end(body));
      if (req.url.startsWith('/watch')) {
        res.writeHead(200, HEAD);
        res.flushHeaders();
        watch(res, Number(req.url.slice(7)));
      } else if (req.method === 'GET') send(stored);
      else collect(req, send);
    });
  },
  http2() {
    const pairs = [];
    for (let i = 0; i < HEAD.length; i += 2) pairs.push([HEAD[i].toLowerCase(), HEAD[i + 1]]);
    const head = Object.fromEntries([[':status', 200], ...pairs]);
    const server = http2.createSecureServer(keys);
    server.on('stream', (stream, headers) => {
      const send = (body) => (stream.respond({ ...head, 'content-length': body.length }), stream.end(body));
      if (headers[':path'].startsWith('/watch')) {
        stream.respond(head);
        watch(stream, Number(headers[':path'].slice(7)));
      } else if (headers[':method'] === 'GET') send(stored);
      else collect(stream, send);
    });
    return server;
  },
};

function collect(stream, done) {
  const parts = [];
  stream.on('data', (d) => parts.push(d));
  stream.on('end', () => done(Buffer.concat(parts)));
}

const server = makers[protocol]();
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
