import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Call } from '../../../../src/apiserver/http/call';
import { HEAD_TIMEOUT, IDLE_TIMEOUT } from '../../../../src/apiserver/http/limits';
import { WireServer } from '../../../../src/apiserver/http/wire/wire-server';
import { FakeClock } from '../../../../src/util/fake-clock';

let server: Server;
let wire: WireServer;
let clock: FakeClock;
let calls: Call[];
/** What is done with the next calls; the default echoes method, URL and body. */
let serve: (call: Call) => void;
let sockets: Socket[];

const echo = (call: Call): void =>
  call.readBody(
    (body) => answer(call, `wire ${call.method} ${call.url} ${body.toString()}`),
    () => undefined,
  );
const answer = (call: Call, text: string, ...more: string[]): void => call.send(200, ['Content-Length', String(text.length), ...more], Buffer.from(text));

beforeEach(async () => {
  clock = new FakeClock();
  calls = [];
  sockets = [];
  serve = echo;
  server = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (d: Buffer) => parts.push(d)).on('end', () => res.end(`node ${req.method} ${req.url} ${Buffer.concat(parts).toString()}`));
  });
  wire = WireServer.before(
    server,
    clock,
    (call) => {
      calls.push(call);
      serve(call);
    },
    (url) => url.startsWith('/api'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  for (const s of sockets) s.destroy();
  wire.closeIdle();
  wire.closeAll();
  server.close();
  server.closeAllConnections();
});

interface Talk {
  socket: Socket;
  text: string;
  ended: boolean;
  /** Waits until what was received matches. */
  until(pattern: RegExp): Promise<string>;
  end(): Promise<void>;
}

async function talk(): Promise<Talk> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  const t: Talk = {
    socket,
    text: '',
    ended: false,
    async until(pattern) {
      while (!pattern.test(t.text)) {
        if (t.ended) throw new Error(`the connection ended; received: ${t.text}`);
        await new Promise((r) => setImmediate(r));
      }
      return t.text;
    },
    async end() {
      while (!t.ended) await new Promise((r) => setImmediate(r));
    },
  };
  socket.on('data', (d) => (t.text += d.toString('latin1')));
  socket.on('close', () => (t.ended = true));
  socket.on('error', () => undefined);
  return t;
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
const post = (path: string, body: string): string => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe('a connection', () => {
  it('carries request after request', async () => {
    const t = await talk();
    t.socket.write(get('/api/1'));
    await t.until(/wire GET \/api\/1 $/);
    expect(t.text).toMatch(/^HTTP\/1\.1 200 OK\r\nContent-Length: 16\r\nDate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n\r\nwire GET/);
    t.socket.write(post('/api/2', 'a body'));
    await t.until(/wire POST \/api\/2 a body$/);
    expect(calls).toHaveLength(2);
  });

  it('serves requests that come at once in their order, one at a time', async () => {
    const t = await talk();
    const open: Call[] = [];
    serve = (c) => open.push(c);
    t.socket.write(get('/api/1') + post('/api/2', 'two') + get('/api/3'));
    while (open.length === 0) await new Promise((r) => setImmediate(r));
    await new Promise((r) => setTimeout(r, 20));
    expect(open).toHaveLength(1);
    serve = echo;
    answer(open[0]!, 'first');
    await t.until(/first[^]*wire POST \/api\/2 two[^]*wire GET \/api\/3 $/);
  });

  it('takes requests in pieces, wherever they are cut', async () => {
    const request = post('/api/x', 'hello');
    for (let cut = 1; cut < request.length; cut++) {
      const t = await talk();
      t.socket.write(request.slice(0, cut));
      await new Promise((r) => setImmediate(r));
      t.socket.write(request.slice(cut) + get('/api/next'));
      await t.until(/wire POST \/api\/x hello[^]*wire GET \/api\/next $/);
      t.socket.destroy();
    }
  });

  it('reads the header values of a call', async () => {
    const t = await talk();
    t.socket.write('GET /api HTTP/1.1\r\nhost: x\r\nACCEPT: a\r\naccept: b\r\nUser-Agent:  me \r\nImpersonate-User: you\r\n\r\n');
    await t.until(/wire/);
    expect(calls[0]!.headers).toMatchObject({ accept: 'a', userAgent: 'me', authorization: '' });
    expect(calls[0]!.rawHeaders).toEqual(['host', 'x', 'ACCEPT', 'a', 'accept', 'b', 'User-Agent', 'me', 'Impersonate-User', 'you']);
  });

  it('streams an answer in chunks and goes on afterwards', async () => {
    const t = await talk();
    serve = (c) => {
      c.begin(200, ['Content-Type', 'text/plain']);
      c.write('one');
      c.write('');
      c.write(Buffer.from('two'));
      c.end();
    };
    t.socket.write(get('/api/watch'));
    await t.until(/\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n$/);
    expect(t.text).toContain('Transfer-Encoding: chunked');
    serve = echo;
    t.socket.write(get('/api/after'));
    await t.until(/wire GET \/api\/after $/);
  });

  it('sends large bodies whole', async () => {
    const t = await talk();
    const body = Buffer.alloc(300_000, 'b');
    serve = (c) => c.send(200, ['Content-Length', String(body.length)], body);
    t.socket.write(get('/api/list') + get('/api/list'));
    while (t.text.length < 2 * body.length + 150) await new Promise((r) => setImmediate(r));
    expect(t.text.match(/b{300000}/g)).toHaveLength(2);
  });

  it('ends after an answer that says so', async () => {
    const t = await talk();
    serve = (c) => answer(c, 'bye', 'Connection', 'close');
    t.socket.write(get('/api/1'));
    await t.end();
    expect(t.text).toMatch(/bye$/);
    expect(wire.size).toBe(0);
  });

  it('passes over the rest of a body that nobody wanted, and goes on', async () => {
    const t = await talk();
    serve = (c) => answer(c, 'no');
    t.socket.write('POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\nGET ');
    await t.until(/no$/);
    serve = echo;
    t.socket.write('/api');
    t.socket.write(' HTT' + get('/api/next'));
    expect(await t.until(/next/)).toMatch(/wire GET \/api\/next $/);
    expect(calls).toHaveLength(2);
  });

  it('tells a call that its client has gone', async () => {
    const t = await talk();
    const gone: string[] = [];
    serve = (c) => {
      c.onGone(() => gone.push(`${c.url} ${c.gone}`));
      c.begin(200, []);
    };
    t.socket.write(get('/api/watch'));
    await t.until(/chunked/);
    t.socket.destroy();
    while (gone.length === 0) await new Promise((r) => setImmediate(r));
    expect(gone).toEqual(['/api/watch true']);
    expect(wire.size).toBe(0);
    calls[0]!.write('nobody reads this');
    calls[0]!.end();
  });

  it('refuses header values that would end their header', async () => {
    const t = await talk();
    let thrown: unknown;
    serve = (c) => {
      try {
        answer(c, 'x', 'Warning', 'a\r\nSet-Cookie: b');
      } catch (e) {
        thrown = e;
        c.destroy();
      }
    };
    t.socket.write(get('/api'));
    await t.end();
    expect(String(thrown)).toContain('the header Warning');
    expect(t.text).toBe('');
  });
});

describe('what is not plain', () => {
  it.each([
    ['paths of others', get('/other'), /node GET \/other $/],
    ['chunked bodies', 'POST /api HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n', /node POST \/api abc/],
    ['expectations', 'PUT /api HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab', /100 Continue[^]*node PUT \/api ab/],
    ['HTTP/1.0', 'GET /api HTTP/1.0\r\n\r\n', /node GET \/api $/],
    ['other methods', 'OPTIONS /api HTTP/1.1\r\nHost: x\r\n\r\n', /node OPTIONS \/api/],
    ['mistakes', 'GET /api HTTP/1.1\r\nHost: x\r\nA B: c\r\n\r\n', /^HTTP\/1\.1 400/],
    ['a request without a host', 'GET /api HTTP/1.1\r\n\r\n', /400 Bad Request/],
    ['noise', 'hello\r\n\r\n', /^HTTP\/1\.1 400/],
  ])('goes to the other server: %s', async (_what, request, expected) => {
    const t = await talk();
    t.socket.write(request);
    await t.until(expected);
    expect(calls).toHaveLength(0);
    expect(wire.size).toBe(0);
  });

  it('takes its connection along, after the plain requests before it', async () => {
    const t = await talk();
    t.socket.write(get('/api/1') + 'HEAD /api HTTP/1.1\r\nHost: x\r\n\r\n' + get('/api/2'));
    await t.until(/wire GET \/api\/1 [^]*HTTP\/1.1 200[^]*node GET \/api\/2 /);
    t.socket.write(post('/api/3', 'more'));
    await t.until(/node POST \/api\/3 more/);
    expect(calls).toHaveLength(1);
  });
});

describe('the server', () => {
  it('ends connections that do not come to the end of a head', async () => {
    const t = await talk();
    t.socket.write('GET /api HTTP/1.1\r\n');
    for (let i = 0; !t.ended; i++) {
      t.socket.write(`A-${i}: b\r\n`);
      await clock.advance(20_000);
      await new Promise((r) => setTimeout(r, 5));
    }
    expect(t.text).toBe('');
  });

  it('ends connections that fall silent within a head sooner than idle ones', async () => {
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const t = await talk();
    const [socket] = await accepted;
    t.socket.write('GET /api/1 HTTP/1.1\r\nHost: x\r\n');
    await once(socket, 'data');
    expect(socket.timeout).toBe(HEAD_TIMEOUT);
    t.socket.write('\r\n');
    await t.until(/wire GET \/api\/1/);
    expect(socket.timeout).toBe(IDLE_TIMEOUT);
    t.socket.write('GET /api/2 HTTP/1.1\r\n');
    await once(socket, 'data');
    socket.emit('timeout');
    await t.end();
    expect(calls.map((c) => c.url)).toEqual(['/api/1']);
  });

  it('ends connections that are idle, also after they were silent during a call', async () => {
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const t = await talk();
    const [socket] = await accepted;
    const called = new Promise<Call>((resolve) => (serve = resolve));
    t.socket.write('GET /api/1 HTTP/1.1\r\nHost: x\r\n\r\n');
    const call = await called;
    socket.emit('timeout');
    answer(call, 'late');
    await t.until(/late/);
    socket.emit('timeout');
    await t.end();
  });

  it('ends idle connections at once when it stops, the others with their answers', async () => {
    const idle = await talk();
    idle.socket.write(get('/api/1'));
    await idle.until(/wire/);
    const busy = await talk();
    let open: Call | undefined;
    serve = (c) => (open = c);
    busy.socket.write(get('/api/2'));
    while (!open) await new Promise((r) => setImmediate(r));
    wire.closeIdle();
    await idle.end();
    expect(busy.ended).toBe(false);
    answer(open, 'done', 'Connection', 'close');
    await busy.end();
    expect(busy.text).toMatch(/done$/);
    const late = await talk();
    await late.end();
  });
});
