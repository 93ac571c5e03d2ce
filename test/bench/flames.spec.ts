import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

const root = join(__dirname, '..', '..');
const run = (...args: string[]): Promise<{ stdout: string }> => promisify(execFile)(process.execPath, [join(root, 'test', 'bench', 'run.mjs'), 'flames', ...args]);

interface Tree {
  label: string;
  area: string;
  self: number;
  total: number;
  children: Map<string, Tree>;
}
interface Share {
  name: string;
  share: number;
}
interface Costs {
  self: Share[];
  inclusive: Share[];
  areas: Share[];
}
interface Frame {
  label: string;
  share: number;
  x: number;
  depth: number;
}

type Names = new (dist: string) => { of(frame: object): { label: string; area: string } };
let flame: { frames(tree: Tree): Frame[]; flameSvg(tree: Tree, title: string): string };
let profiles: { Names: Names; callTree(profile: object, names: object): Tree; costs(tree: Tree): Costs };
beforeAll(async () => {
  flame = (await import(join(__dirname, 'flame-svg.mjs'))) as typeof flame;
  profiles = (await import(join(__dirname, 'profile-costs.mjs'))) as typeof profiles;
});

const frame = (functionName: string, url: string): object => ({ functionName, url, lineNumber: 0, columnNumber: 0 });
const node = (id: number, callFrame: object, ...children: number[]): object => ({ id, callFrame, children });

/** all: put 50 (of its own 10, encode 30 in it twice, writing 10), garbage collection 30, outside 20; and 100 of nothing. */
const profile = {
  nodes: [
    node(1, frame('(root)', ''), 2, 3, 4, 5),
    node(2, frame('(idle)', '')),
    node(3, frame('(garbage collector)', '')),
    node(4, frame('(program)', '')),
    node(5, frame('put', 'file:///x/dist/storage/sqlite/a.js'), 6, 7, 8),
    node(6, frame('encode', '/x/dist/api/schema/b.js'), 9),
    node(7, frame('encode', '/x/dist/api/schema/b.js')),
    node(8, frame('onread', 'node:net'), 10),
    node(9, frame('encode', '/x/dist/api/schema/b.js')),
    node(10, frame('write', 'node:internal/stream_base_commons'), 11),
    node(11, frame('writeBuffer', '')),
  ],
  samples: [2, 3, 4, 5, 6, 7, 9, 11, 2],
  timeDeltas: [7, 100, 30, 20, 10, 5, 15, 10, 10],
};

describe('the costs of a profile', () => {
  const tree = (): Tree => profiles.callTree(profile, new profiles.Names('/x/dist'));

  it('are those of functions of one name under one caller together, without idle time', () => {
    expect(tree().total).toBe(100);
    const put = tree().children.get('put (storage/sqlite/a.ts)')!;
    expect([put.self, put.total, put.area]).toEqual([10, 50, 'storage/sqlite']);
    expect([...put.children].map(([label, c]) => [label, c.total])).toEqual([
      ['encode (api/schema/b.ts)', 30],
      ['node: sockets and streams', 10],
    ]);
  });

  it('are sorted, a recursion counted once', () => {
    const { self, inclusive, areas } = profiles.costs(tree());
    expect(self.slice(0, 2)).toEqual([
      { name: 'garbage collection', share: 0.3 },
      { name: 'encode (api/schema/b.ts)', share: 0.3 },
    ]);
    expect(inclusive).toEqual([
      { name: 'put (storage/sqlite/a.ts)', share: 0.5 },
      { name: 'encode (api/schema/b.ts)', share: 0.3 },
    ]);
    expect(areas.find((a) => a.name === 'writing')).toEqual({ name: 'writing', share: 0.1 });
  });

  it.each([
    [frame('parse', '/x/node_modules/@a/b/c.js'), 'parse (@a/b)', 'packages'],
    [frame('now', '/x/dist/util/clock.js'), 'now (util/clock.ts)', 'util'],
    [frame('', '/x/dist/util/clock.js'), 'function (util/clock.ts:1)', 'util'],
    [frame('latin1Slice', ''), 'native: latin1Slice', 'native'],
    [frame('load', '/home/x/preload.cjs'), 'load (preload.cjs)', 'others'],
  ])('calls %j by what it is in the sources', (callFrame, label, area) => {
    expect(new profiles.Names('/x/dist').of(callFrame)).toEqual({ label, area });
  });
});

const leaf = (label: string, total: number, ...children: Tree[]): Tree => ({ label, area: 'apis', self: 0, total, children: new Map(children.map((c) => [c.label, c])) });

describe('a flame graph', () => {
  it('has callees within their caller, the widest first, and nothing narrower than a limit', () => {
    const tree = leaf('all', 1000, leaf('b', 400), leaf('a', 598, leaf('c', 300)), leaf('d', 2));
    expect(flame.frames(tree)).toEqual([
      { label: 'a', area: 'apis', share: 0.598, x: 0, depth: 0 },
      { label: 'c', area: 'apis', share: 0.3, x: 0, depth: 1 },
      { label: 'b', area: 'apis', share: 0.4, x: 0.598, depth: 0 },
    ]);
  });

  it('tells every frame and its share, with what it has of markup escaped', () => {
    const svg = flame.flameSvg(leaf('all', 10, leaf('get <x> (a&b.ts)', 5)), 'a "title"');
    expect(svg).toContain('<title>get &lt;x&gt; (a&amp;b.ts) 50.0 %</title><rect class="c2" x="0.0" y="46" width="600.0" height="16"/>');
    expect(svg).toContain('>a &quot;title&quot;</text>');
    expect(svg).toContain('>API types</text>');
    expect(svg).not.toContain('kubelet');
  });

  it('stays small, however many functions there are', () => {
    const deep = (n: number, total: number): Tree => leaf(`function ${n} of a rather long name`, total, ...(n > 0 ? [deep(n - 1, total)] : []));
    const tree = leaf('all', 1000, ...Array.from({ length: 200 }, (_, i) => ({ ...deep(20, 5 - i / 1000), label: `f${i}` })));
    expect(flame.flameSvg(tree, 'large').length).toBeLessThanOrEqual(80_000);
  });
});

describe('npm run bench -- flames', () => {
  beforeAll(async () => {
    const scripts = (await import(join(root, 'scripts', 'build-if-stale.mjs'))) as { stale(): boolean; build(): Promise<{ code: number; output: string }> };
    if (scripts.stale()) expect((await scripts.build()).code).toBe(0);
  }, 300_000);

  it('profiles an operation and draws it', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'kubernest-flames-test-'));
    try {
      const { stdout } = await run('--only', 'create-configmap', '--seconds', '0.5', '--warm-up', '100', '--dir', dir, '--output', 'json');
      const [r] = JSON.parse(stdout) as (Costs & { name: string; count: number })[];
      expect(r!.name).toBe('create-configmap');
      expect(r!.count).toBeGreaterThan(0);
      expect(r!.areas.map((a) => a.name)).toEqual(expect.arrayContaining(['apiserver/http', 'api/schema', 'storage/sqlite', 'writing']));
      expect(r!.areas.reduce((s, a) => s + a.share, 0)).toBeCloseTo(1);
      const svg = readFileSync(join(dir, 'create-configmap.svg'), 'utf8');
      expect(svg).toContain('(apiserver/http/wire/wire-connection.ts)');
      expect(svg).not.toContain(root);
    } finally {
      rmSync(dir, { recursive: true });
    }
  }, 120_000);

  it.each([
    [['--only', 'nothing'], '--only nothing: there is no such operation; there are: create-configmap, '],
    [['--seconds', 'x'], '--seconds x: must be a number up to 60'],
    [['--warm-up', '-1'], '--warm-up -1: must be a whole number'],
    [['--output', 'xml'], '--output xml: must be text or json'],
  ])('says what is wrong with %s', async (args, message) => {
    await expect(run(...args)).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(message) as string });
  });
});
