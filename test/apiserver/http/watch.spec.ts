import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { loadProtobuf } from '../../../src/api/protobuf/load';
import { FakeClock } from '../../../src/util/fake-clock';
import type { Harness } from './support';
import { startHarness, TOKEN } from './support';

const CM = '/api/v1/namespaces/default/configmaps';
let h: Harness;
let clock: FakeClock;
const open: Watch[] = [];

/** A client's side of a watch. */
class Watch {
  raw = Buffer.alloc(0);
  ended = false;
  received = 0;
  private waiting: (() => void)[] = [];

  constructor(
    readonly response: IncomingMessage,
    private readonly destroy: () => void,
  ) {
    open.push(this);
    response.on('data', (d: Buffer) => {
      this.received += d.length;
      if (this.raw.length < 4 << 20) this.raw = Buffer.concat([this.raw, d]);
      this.wake();
    });
    response.on('end', () => {
      this.ended = true;
      this.wake();
    });
    response.on('error', () => undefined);
  }

  /** Waits until the stream satisfies `done`. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) await new Promise<void>((r) => this.waiting.push(r));
  }

  get events(): { type: string; object: Record<string, never> & { metadata: Record<string, never>; rows: never[]; columnDefinitions: never[] | null } }[] {
    const lines = this.raw.toString().split('\n');
    return lines.slice(0, -1).map((l) => JSON.parse(l) as never);
  }

  async event(n: number): Promise<Watch['events'][0]> {
    await this.until(() => this.events.length > n);
    return this.events[n]!;
  }

  close(): void {
    this.destroy();
  }

  private wake(): void {
    for (const w of this.waiting.splice(0)) w();
  }
}

function watch(path: string, headers: Record<string, string> = {}): Promise<Watch> {
  return new Promise((resolve, reject) => {
    const r = request(h.url + path, { headers: { authorization: `Bearer ${TOKEN}`, ...headers } }, (m) => resolve(new Watch(m, () => r.destroy())));
    r.on('error', reject);
    r.end();
  });
}

async function json(path: string, headers: Record<string, string> = {}): Promise<{ code: number; body: { message: string; code: number; reason: string } }> {
  const w = await watch(path, headers);
  await w.until(() => w.ended);
  return { code: w.response.statusCode!, body: JSON.parse(w.raw.toString()) as never };
}

beforeEach(async () => {
  clock = new FakeClock();
  h = await startHarness({ clock });
});
afterEach(async () => {
  for (const w of open.splice(0)) w.close();
  await h.api.stop();
});

describe('watches', () => {
  it('send their head at once, then events as they come', async () => {
    const w = await watch(`${CM}?watch=1`);
    expect(w.response.statusCode).toBe(200);
    expect(w.response.headers).toMatchObject({ 'content-type': 'application/json', 'transfer-encoding': 'chunked', 'cache-control': 'no-cache, private' });
    const { object } = h.configMaps.put('a', { data: { k: 'ü' } });
    expect(await w.event(0)).toEqual({ type: 'ADDED', object });
    h.configMaps.put('a', { data: { k: 'w' } });
    expect(await w.event(1)).toMatchObject({ type: 'MODIFIED', object: { data: { k: 'w' } } });
  });

  it('begin with what is there', async () => {
    h.configMaps.put('a');
    h.configMaps.put('b');
    const w = await watch(`${CM}?watch=maybe&resourceVersion=0`);
    await w.until(() => w.events.length === 2);
    expect(w.events.map((e) => e.object.metadata.name)).toEqual(['a', 'b']);
    expect(h.configMaps.seen.at(-1)).toMatchObject({ verb: 'watch', ctx: { namespace: 'default' }, params: { resourceVersion: '0' } });
  });

  it('go by the deprecated path, of one object too', async () => {
    await watch('/api/v1/watch/namespaces/default/configmaps/b?resourceVersion=5');
    expect(h.configMaps.seen.at(-1)).toMatchObject({ verb: 'watch', params: { fieldSelector: 'metadata.name=b', resourceVersion: '5' } });
    await watch('/api/v1/watch/configmaps');
    expect(h.configMaps.seen.at(-1)).toMatchObject({ verb: 'watch', ctx: { namespace: undefined }, params: {} });
  });

  it('share their frames', async () => {
    const [a, b] = await Promise.all([watch(`${CM}?watch=1`), watch(`${CM}?watch=1`)]);
    const cached = h.configMaps.put('a');
    const event = { type: 'MODIFIED' as const, cached, rev: 1 };
    h.configMaps.emit(event);
    await Promise.all([a.event(1), b.event(1)]);
    expect([...(event as { frames?: Map<string, unknown> }).frames!.keys()]).toEqual(['json']);
  });

  it('are tables with columns only at first', async () => {
    const w = await watch(`${CM}?watch=1`, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' });
    h.configMaps.put('a', { data: { x: '1' } });
    h.configMaps.put('a', { data: {} });
    const first = (await w.event(0)).object;
    expect(first).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1', rows: [{ cells: ['a', 1], object: { kind: 'PartialObjectMetadata' } }] });
    expect(first.columnDefinitions).toHaveLength(2);
    const second = (await w.event(1)).object;
    expect(second.columnDefinitions).toBeNull();
    expect(second.rows).toMatchObject([{ cells: ['a', 0] }]);
  });

  it('are metadata', async () => {
    const w = await watch(`${CM}?watch=1`, { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' });
    const { object } = h.configMaps.put('a', { data: {} });
    expect((await w.event(0)).object).toEqual({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata });
  });

  it('are length-prefixed protobuf', async () => {
    const w = await watch(`${CM}?watch=1`, { accept: 'application/vnd.kubernetes.protobuf;stream=watch' });
    expect(w.response.headers['content-type']).toBe('application/vnd.kubernetes.protobuf;stream=watch');
    h.configMaps.put('a', { data: { k: 'v' } });
    await w.until(() => w.raw.length > 4 && w.raw.length >= 4 + w.raw.readUInt32BE(0));
    const { type, object } = loadProtobuf().decodeWatchEvent(w.raw.subarray(4, 4 + w.raw.readUInt32BE(0)));
    expect(type).toBe('ADDED');
    expect(object).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' }, data: { k: 'v' } });
  });

  it('end the initial events with a bookmark', async () => {
    h.configMaps.put('a');
    const w = await watch(`${CM}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`);
    expect(await w.event(1)).toEqual({
      type: 'BOOKMARK',
      object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion: String(h.configMaps.rev), annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
  });

  it('send a bookmark about every minute, and one before the end', async () => {
    const w = await watch(`${CM}?watch=1&allowWatchBookmarks=true&timeoutSeconds=100`);
    h.configMaps.rev = 500;
    await clock.advance(80_000);
    expect(await w.event(0)).toEqual({ type: 'BOOKMARK', object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion: '500' } } });
    h.configMaps.rev = 600;
    await clock.advance(18_500);
    expect((await w.event(1)).object.metadata.resourceVersion).toBe('600');
    expect(w.ended).toBe(false);
    await clock.advance(2_000);
    await w.until(() => w.ended);
    expect(h.configMaps.sinks.size).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('send no bookmark that was not asked for', async () => {
    const w = await watch(`${CM}?watch=1&timeoutSeconds=300`);
    await clock.advance(299_000);
    h.configMaps.put('a');
    expect((await w.event(0)).type).toBe('ADDED');
  });

  it('last between half an hour and an hour by default', async () => {
    const w = await watch(`${CM}?watch=1`);
    await clock.advance(1_799_000);
    expect(w.ended).toBe(false);
    await clock.advance(1_802_000);
    await w.until(() => w.ended);
  });

  it('say in the stream that their version is too old', async () => {
    h.configMaps.oldest = 50;
    const w = await watch(`${CM}?watch=1&resourceVersion=7`);
    await w.until(() => w.ended);
    expect(w.response.statusCode).toBe(200);
    expect(w.events).toEqual([
      { type: 'ERROR', object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'too old resource version: 7 (50)', reason: 'Expired', code: 410 } },
    ]);
    expect(h.api.openWatches).toBe(0);
  });

  it('refuse what handlers refuse with its own code', async () => expect((await json(`${CM}?watch=1&resourceVersion=abc`)).code).toBe(500));

  it('cannot be had in HTML or YAML', async () => {
    expect((await json(`${CM}?watch=1`, { accept: 'text/html' })).body.message).toBe(
      '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
    );
    // The refusal itself can be: it is an answer, not a stream.
    const w = await watch(`${CM}?watch=1`, { accept: 'application/yaml' });
    await w.until(() => w.ended);
    expect(w.response.statusCode).toBe(406);
    expect(w.raw.toString()).toContain('message: \'only the following media types are accepted: application/json;stream=watch,');
  });

  it('are forgotten when the client leaves', async () => {
    const w = await watch(`${CM}?watch=1`);
    expect(h.configMaps.sinks.size).toBe(1);
    w.close();
    while (h.configMaps.sinks.size) await new Promise((r) => setImmediate(r));
    expect(h.api.openWatches).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('end cleanly when the resource goes or the server stops', async () => {
    const [a, b] = await Promise.all([watch(`${CM}?watch=1`), watch('/api/v1/nodes?watch=1')]);
    h.configMaps.put('last');
    for (const s of h.configMaps.sinks) s.close('deleted');
    await a.until(() => a.ended);
    expect(a.events).toHaveLength(1);
    expect(b.ended).toBe(false);
    await h.api.stop();
    await b.until(() => b.ended);
  });

  it('are broken off when the client does not read', async () => {
    const w = await watch(`${CM}?watch=1`);
    w.response.pause();
    const big = { data: { k: 'x'.repeat(1 << 20) } };
    for (let i = 0; i < 40 && h.configMaps.sinks.size; i++) {
      h.configMaps.put('big', big);
      await new Promise((r) => setImmediate(r));
    }
    expect(h.configMaps.sinks.size).toBe(0);
    expect(h.api.openWatches).toBe(0);
  });

  it('may begin with more than a client may lag behind later', async () => {
    for (let i = 0; i < 20; i++) h.configMaps.put(`big-${i}`, { data: { k: 'x'.repeat(1 << 20) } });
    const w = await watch(`${CM}?watch=1&resourceVersion=0`);
    await w.until(() => w.received > 20 << 20);
    expect(h.configMaps.sinks.size).toBe(1);
  });

  it('go over WebSocket, a message an event', async () => {
    const ws = new WebSocket(`${h.url.replace('http', 'ws')}${CM}?watch=1`, { headers: { authorization: `Bearer ${TOKEN}` } });
    await new Promise((r) => ws.once('open', r));
    const message = new Promise<string>((r) => ws.once('message', (d: Buffer, binary: boolean) => r(binary ? 'binary' : d.toString())));
    h.configMaps.put('a');
    expect(JSON.parse(await message)).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'a' } } });
    const closed = new Promise<number>((r) => ws.once('close', r));
    await h.api.stop();
    expect(await closed).toBe(1000);
  });

  it('refuse WebSockets without credentials', async () => {
    const ws = new WebSocket(`${h.url.replace('http', 'ws')}${CM}?watch=1`);
    const code = await new Promise<number>((resolve) => {
      ws.once('unexpected-response', (_r, m) => resolve(m.statusCode!));
      ws.once('error', () => undefined);
    });
    expect(code).toBe(401);
  });

  it('answer other requests for an upgrade without one', async () => {
    h.configMaps.put('a');
    const r = await json(`${CM}/a`, { connection: 'Upgrade', upgrade: 'h2c' });
    expect(r.body).toMatchObject({ kind: 'ConfigMap' });
  });

  it('are counted', async () => {
    const w = await watch(`${CM}?watch=1`);
    h.configMaps.put('a');
    await w.event(0);
    const { body } = await h.metrics.text();
    expect(body).toContain('apiserver_watch_events_total{group="",version="v1",resource="configmaps"} 1');
    expect(body).toMatch(/apiserver_longrunning_requests\{.*verb="WATCH".*\} 1/);
    expect(body).toMatch(/apiserver_request_total\{verb="WATCH".*resource="configmaps".*code="200"\} 1/);
    expect(body).toContain('apiserver_current_inflight_requests{request_kind="readOnly"} 0');
  });
});
