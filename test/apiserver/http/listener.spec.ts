import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Agent, request } from 'node:https';
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Authority } from '../../../src/cluster/x509';
import { issue, makeAuthority } from '../../../src/cluster/x509';
import { createAdapter } from '../../../src/apiserver/http/nest-adapter';
import { ClientCertificates } from '../../../src/apiserver/authn/client-certificate';
import { StaticTokens } from '../../../src/apiserver/authn/bearer-token';
import { firstOf, orAnonymous } from '../../../src/apiserver/authn/authenticator';
import { createServer } from 'node:http';
import type { Harness } from './support';
import { startHarness, TOKEN } from './support';

const DAY = 86_400_000;
const CM = '/api/v1/namespaces/default/configmaps';
let tls: { key: string; cert: string; ca: string };
let clients: Record<'admin' | 'other' | 'stranger', { key: string; cert: string }>;
const stops: (() => Promise<unknown>)[] = [];

interface Answer {
  code: number;
  text: string;
  headers: Record<string, unknown>;
}

function get(url: string, options: { key?: string; cert?: string; token?: string; agent?: Agent } = {}): Promise<Answer> {
  const { token, ...rest } = options;
  return new Promise((resolve, reject) => {
    const r = request(url, { ca: tls.ca, servername: 'localhost', headers: token ? { authorization: `Bearer ${token}` } : {}, ...rest }, (m) => {
      let text = '';
      m.on('data', (d: Buffer) => (text += d.toString()));
      m.on('end', () => resolve({ code: m.statusCode!, text, headers: m.headers }));
    });
    r.on('error', reject);
    r.end();
  });
}

async function start(extra: Parameters<typeof startHarness>[0] = {}): Promise<Harness> {
  const h = await startHarness({ tls, authenticator: firstOf(new ClientCertificates(), new StaticTokens([[TOKEN, { name: 'token-user', groups: [] }]])), ...extra });
  stops.push(() => h.api.stop(50));
  return h;
}

beforeAll(async () => {
  const from = Date.UTC(2026, 0, 1) - 3650 * DAY;
  const to = from + 7300 * DAY;
  const make = (a: Authority, CN: string, O?: string): Promise<{ key: string; cert: string }> =>
    issue(a, { subject: { CN, ...(O ? { O } : {}) }, usage: 'client', notBefore: from, notAfter: to });
  const ca = await makeAuthority('test-ca', from, to);
  const other = await makeAuthority('test-ca', from, to);
  const server = await issue(ca, { subject: { CN: 'server' }, usage: 'server', names: ['localhost'], addresses: ['127.0.0.1'], notBefore: from, notAfter: to });
  tls = { ...server, ca: ca.pair.cert };
  clients = { admin: await make(ca, 'kubernetes-admin', 'system:masters'), other: await make(ca, 'jane'), stranger: await make(other, 'kubernetes-admin', 'system:masters') };
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

describe('client certificates', () => {
  it('name the user and the groups', async () => {
    const h = await start();
    h.configMaps.put('a');
    expect(await get(`${h.url}${CM}/a`, clients.admin)).toMatchObject({ code: 200 });
    expect(h.configMaps.seen.at(-1)!.ctx.user).toEqual({
      name: 'kubernetes-admin',
      groups: ['system:masters', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [expect.stringMatching(/^X509SHA256=[0-9a-f]{64}$/)] },
    });
  });
  it('name it on every connection, each its own', async () => {
    const h = await start();
    h.configMaps.put('a');
    for (const [who, name] of [['admin', 'kubernetes-admin'], ['other', 'jane'], ['admin', 'kubernetes-admin'], ['other', 'jane']] as const) {
      expect(await get(`${h.url}${CM}/a`, clients[who])).toMatchObject({ code: 200 });
      expect(h.configMaps.seen.at(-1)!.ctx.user!.name).toBe(name);
    }
  });
  it('of strangers are refused, also when the real one was here before', async () => {
    const h = await start();
    h.configMaps.put('a');
    expect(await get(`${h.url}${CM}/a`, clients.admin)).toMatchObject({ code: 200 });
    expect(await get(`${h.url}${CM}/a`, clients.stranger)).toMatchObject({ code: 401 });
  });
  it('of strangers are refused, unless a token speaks for them', async () => {
    const h = await start();
    h.configMaps.put('a');
    expect(await get(`${h.url}${CM}/a`, clients.stranger)).toMatchObject({ code: 401 });
    expect(await get(`${h.url}/version`, clients.stranger)).toMatchObject({ code: 401 });
    expect(await get(`${h.url}${CM}/a`, { ...clients.stranger, token: TOKEN })).toMatchObject({ code: 200 });
    expect(h.configMaps.seen.at(-1)!.ctx.user).toMatchObject({ name: 'token-user' });
  });
  it('are not needed', async () => {
    const h = await start();
    expect(await get(`${h.url}${CM}`, { token: TOKEN })).toMatchObject({ code: 200 });
    expect(await get(`${h.url}${CM}`)).toMatchObject({ code: 401 });
  });
  it('are read once a connection', async () => {
    const h = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: tls.ca, servername: 'localhost', ...clients.admin });
    for (let i = 0; i < 3; i++) expect(await get(`${h.url}${CM}`, { agent })).toMatchObject({ code: 200 });
    const users = h.configMaps.seen.map((s) => s.ctx.user);
    expect(users[1]).toBe(users[0]);
    agent.destroy();
  });
});

describe('anonymous requests', () => {
  it('may be let in, to be judged by authorization', async () => {
    const h = await start({
      authenticator: orAnonymous(new StaticTokens([])),
      authorizer: { authorize: (a) => Promise.resolve({ allowed: !a.isResource, reason: 'no policy' }) },
    });
    const r = await get(`${h.url}${CM}/a`);
    expect(r.code).toBe(403);
    expect(JSON.parse(r.text)).toMatchObject({
      reason: 'Forbidden',
      message: 'configmaps "a" is forbidden: User "system:anonymous" cannot get resource "configmaps" in API group "" in the namespace "default": no policy',
      details: { name: 'a', kind: 'configmaps' },
    });
    expect((await get(`${h.url}/apis`)).code).toBe(200);
    expect((await get(`${h.url}${CM}`, { token: 'wrong' })).code).toBe(401);
  });
});

describe('a connection', () => {
  // As clients are told of bodies in chunks, or too large, by Node's server, which has the connection from then on.
  it('goes on in Node\'s server when its answers are not read for a while and large requests follow', async () => {
    const h = await start();
    h.configMaps.put('a', { data: { text: 'x'.repeat(900_000) } });
    const socket = tlsConnect({ port: Number(new URL(h.url).port), host: '127.0.0.1', ca: tls.ca, servername: 'localhost', ...clients.admin });
    stops.push(() => Promise.resolve(socket.destroy()));
    await once(socket, 'secureConnect');
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' }, data: { text: 'y'.repeat(300_000) } });
    const post = `POST ${CM} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`;
    socket.pause();
    socket.write(`${post}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
    for (let i = 0; i < 12; i++) socket.write(`GET ${CM}/a HTTP/1.1\r\nHost: x\r\n\r\n`);
    for (let i = 0; i < 3; i++) socket.write(`${post}Content-Length: ${body.length}\r\n\r\n${body}`);
    socket.write(`GET ${CM}/none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    const seen = h.configMaps.seen;
    while (seen.length < 6) await new Promise((r) => setImmediate(r));
    for (let i = 0; i < 50; i++) await new Promise((r) => setImmediate(r));
    let text = '';
    socket.on('data', (d: Buffer) => (text += d.toString('latin1').replace(/x{1000,}/g, 'x')));
    await once(socket.resume(), 'end');
    const codes = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((m) => Number(m[1]));
    expect(codes).toEqual([201, ...Array<number>(12).fill(200), ...Array<number>(3).fill(201), 404]);
  });
});

describe('the listener', () => {
  it('says when its port is in use', async () => {
    const busy = createServer().listen(0, '127.0.0.1');
    await new Promise((r) => busy.once('listening', r));
    stops.push(() => new Promise((r) => busy.close(r)));
    const port = (busy.address() as { port: number }).port;
    const h = await start();
    await expect(h.api.listenAlone('127.0.0.1', port)).rejects.toThrow(`cannot listen on 127.0.0.1:${port}: the port is in use; stop what uses it or choose another port (0 takes a free one)`);
  });
  it('prefers AES-128 as kube-apiserver does, and gives no ticket that names the client', async () => {
    const h = await start();
    const o = { port: Number(new URL(h.url).port), host: '127.0.0.1', ca: tls.ca, servername: 'localhost', ...clients.admin };
    const first = tlsConnect(o);
    const [session] = (await once(first, 'session')) as [Buffer];
    expect(first.getCipher().standardName).toBe('TLS_AES_128_GCM_SHA256');
    const again = tlsConnect({ ...o, session });
    await once(again, 'secureConnect');
    expect(again.isSessionReused()).toBe(false);
    first.destroy();
    again.destroy();
  });
  it('answers what is under way when it stops, and no more', async () => {
    const h = await start();
    let finish: () => void = () => undefined;
    const begun = new Promise<void>((r) => {
      h.configMaps.list = (() => {
        r();
        return new Promise((done) => (finish = () => done({ items: [], rev: 1 })));
      }) as never;
    });
    const answer = get(`${h.url}${CM}`, { token: TOKEN });
    await begun;
    const stopped = h.api.stop(60_000);
    finish();
    expect(await answer).toMatchObject({ code: 200, headers: { connection: 'close' } });
    await stopped;
    await expect(get(`${h.url}/version`)).rejects.toThrow(/ECONNREFUSED/);
  });
  it('keeps connections', async () => {
    const h = await start({ tls: undefined });
    const socket = connect(Number(new URL(h.url).port), '127.0.0.1');
    let text = '';
    const twice = new Promise<void>((r) =>
      socket.on('data', (d) => {
        text += d.toString();
        const n = text.split('HTTP/1.1 200 OK').length - 1;
        if (n === 1 && text.endsWith('ok')) socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
        if (n === 2 && text.endsWith('ok')) r();
      }),
    );
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await twice;
    expect(text).not.toMatch(/^connection:/im);
    socket.destroy();
  });
});

describe('inside Nest', () => {
  class Hello {
    hello(): object {
      return { hello: 'nest' };
    }
  }
  Controller('others')(Hello);
  Get()(Hello.prototype, 'hello', Object.getOwnPropertyDescriptor(Hello.prototype, 'hello')!);
  class App {}
  Module({ controllers: [Hello] })(App);

  it('has the API paths, Nest the rest', async () => {
    const h = await start();
    await h.api.stop();
    const adapter = createAdapter();
    const app = await NestFactory.create(App, adapter.nest, { logger: false });
    stops.push(() => app.close());
    const api = (await start()).api;
    adapter.attach(api);
    const url = await api.listen(app, '127.0.0.1', 0);
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(await get(`${url}${CM}`, { token: TOKEN })).toMatchObject({ code: 200 });
    expect(JSON.parse((await get(`${url}/others`)).text)).toEqual({ hello: 'nest' });
    expect(await get(`${url}/nothing/here`)).toMatchObject({ code: 404, text: '404 page not found\n', headers: { 'content-type': 'text/plain; charset=utf-8' } });
    await expect(api.listen(app, '127.0.0.1', Number(new URL(url).port))).rejects.toThrow(/cannot listen/);
  });
  it('is unavailable until the API server is attached', async () => {
    const adapter = createAdapter(false);
    const app = await NestFactory.create(App, adapter.nest, { logger: false });
    stops.push(() => app.close());
    await app.listen(0, '127.0.0.1');
    const r = await fetch(`${await app.getUrl()}/api`);
    expect(r.status).toBe(503);
  });
});
