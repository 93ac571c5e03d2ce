import { get } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/util/fake-clock';
import { Slices } from '../../../src/util/slices';
import type { Harness } from './support';
import { startHarness, TOKEN } from './support';

const PATH = '/api/v1/namespaces/default/configmaps';
const JSON_TYPE = 'application/json';
const running: Harness[] = [];
afterEach(async () => {
  for (const h of running.splice(0)) await h.api.stop();
});

async function withMany(slices: boolean): Promise<Harness> {
  const h = await startHarness(slices ? { slices: new Slices(new FakeClock()) } : {});
  running.push(h);
  for (let i = 0; i < 2600; i++) h.configMaps.put(`c-${i}`, { data: { text: `ü ${i} ${'x'.repeat(i % 700)}` } });
  return h;
}

function ask(h: Harness, headers: Record<string, string>, query = ''): Promise<{ code: number; chunked: boolean; encoding: string | undefined; body: Buffer }> {
  return new Promise((resolve, reject) => {
    get(`${h.url}${PATH}${query}`, { headers: { authorization: `Bearer ${TOKEN}`, ...headers } }, (res) => {
      const parts: Buffer[] = [];
      res.on('data', (d: Buffer) => parts.push(d));
      res.on('error', reject);
      res.on('end', () => resolve({ code: res.statusCode!, chunked: res.headers['transfer-encoding'] === 'chunked', encoding: res.headers['content-encoding'], body: Buffer.concat(parts) }));
    }).on('error', reject);
  });
}

describe('long lists', () => {
  it.each([
    ['JSON', JSON_TYPE],
    ['a Table', `${JSON_TYPE};as=Table;v=v1;g=meta.k8s.io`],
    ['a PartialObjectMetadataList', `${JSON_TYPE};as=PartialObjectMetadataList;v=v1;g=meta.k8s.io`],
    ['protobuf', 'application/vnd.kubernetes.protobuf'],
  ])('are the same in parts as in one: %s', async (_name, accept) => {
    const [whole, parts] = [await withMany(false), await withMany(true)];
    const [a, b] = [await ask(whole, { accept }), await ask(parts, { accept })];
    expect([a.code, b.code, a.chunked, b.chunked]).toEqual([200, 200, false, accept !== JSON_TYPE]);
    expect(b.body.equals(a.body)).toBe(true);
    const packed = await ask(parts, { accept, 'accept-encoding': 'gzip' });
    expect(packed).toMatchObject({ code: 200, encoding: 'gzip' });
    expect(gunzipSync(packed.body).equals(a.body)).toBe(true);
  });

  it('are the same in protobuf when they are too large for their messages to be kept', async () => {
    const [whole, parts] = [await withMany(false), await withMany(true)];
    for (const h of [whole, parts]) for (let i = 0; i < 2100; i++) h.configMaps.put(`big-${i}`, { data: { text: `${i} ${'y'.repeat(17_000)}`, ...(i === 7 ? { more: 'z'.repeat(300_000) } : {}) } });
    const accept = 'application/vnd.kubernetes.protobuf';
    const [a, b] = [await ask(whole, { accept }), await ask(parts, { accept })];
    expect(b.body.length).toBeGreaterThan(32 * 1024 * 1024);
    for (let i = 0; i < 2; i++) expect((i === 0 ? b : await ask(parts, { accept })).body.equals(a.body)).toBe(true);
  });

  it('are sent at once when they are asked for indented', async () => {
    const h = await withMany(true);
    const answer = await ask(h, { accept: JSON_TYPE }, '?pretty=true');
    expect(answer.chunked).toBe(false);
    expect((JSON.parse(answer.body.toString()) as { items: unknown[] }).items).toHaveLength(2600);
  });

  it('are what was there when they began', async () => {
    const h = await withMany(true);
    // As the cache does, it gives its own array.
    const items = [...h.configMaps.objects.values()];
    h.configMaps.list = () => {
      queueMicrotask(() => (items.length = 0));
      return { items, rev: 1 };
    };
    const answer = ask(h, { accept: JSON_TYPE });
    expect((JSON.parse((await answer).body.toString()) as { items: unknown[] }).items).toHaveLength(2600);
  });
});
