import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadSchemas } from '../../src/api/schema/load';

const scripts = join(__dirname, '..', '..', 'scripts');
const dir = mkdtempSync(join(tmpdir(), 'openapi-'));
afterAll(() => rmSync(dir, { recursive: true }));

function run(script: string, ...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(scripts, script), ...args], { encoding: 'utf8', timeout: 30_000 });
  return { status, output: stdout + stderr };
}

function document(name: string, schemas: object): void {
  writeFileSync(join(dir, name), JSON.stringify({ openapi: '3.0.0', components: { schemas } }));
}

describe('openapi:import', () => {
  const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';
  const options = (...groups: string[]): object => ({
    [meta]: { description: 'prose', type: 'object', properties: { dryRun: { type: 'string' } }, 'x-kubernetes-group-version-kind': groups.map((group) => ({ group, version: 'v1', kind: 'DeleteOptions' })) },
  });

  it('keeps structure without prose, and shared definitions once, for groups of any stage', () => {
    document('apis_example.k8s.io_v1beta1.json', {
      ...options('', 'example.k8s.io'),
      'io.k8s.api.example.v1beta1.Thing': {
        description: 'prose',
        type: 'object',
        required: ['description'],
        properties: {
          description: { description: 'prose', type: 'string', default: '' },
          options: { description: 'prose', default: {}, allOf: [{ $ref: `#/components/schemas/${meta}` }] },
          parts: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        },
        'x-kubernetes-group-version-kind': [{ group: 'example.k8s.io', version: 'v1beta1', kind: 'Thing' }],
      },
    });
    document('api_v1.json', options(''));
    const out = join(dir, 'out');
    expect(run('openapi-import.mjs', dir, '--out', out)).toEqual({ status: 0, output: '2 definitions in 2 files\n' });
    const text = readFileSync(join(out, 'example_v1beta1.json'), 'utf8');
    expect(text).not.toContain('prose');
    expect(JSON.parse(text)['io.k8s.api.example.v1beta1.Thing'].properties).toEqual({
      description: { type: 'string', default: '' },
      options: { $ref: meta, default: {} },
      parts: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
    });
    expect(JSON.parse(readFileSync(join(out, 'meta_v1.json'), 'utf8'))[meta]['x-kubernetes-group-version-kind']).toHaveLength(2);
    expect(loadSchemas(out).forKind('example.k8s.io', 'v1beta1', 'Thing')!.properties.get('parts')!.schema).toMatchObject({ kind: 'list', listType: 'set' });
  });

  it('says what is wrong with its arguments and documents', () => {
    expect(run('openapi-import.mjs')).toMatchObject({ status: 2, output: expect.stringContaining('usage: npm run openapi:import') });
    document('z_other.json', { [meta]: { type: 'object', properties: {} } });
    expect(run('openapi-import.mjs', dir, '--out', join(dir, 'out2'))).toMatchObject({ status: 1, output: expect.stringContaining(`${meta} in z_other.json is not the type it is in another document`) });
  });
});

describe('descriptions', () => {
  it('come from the comments of the client packages', () => {
    const file = join(dir, 'descriptions.json');
    expect(run('descriptions.mjs', file).status).toBe(0);
    const texts = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>;
    const deployment = texts['io.k8s.api.apps.v1.DeploymentSpec']!;
    expect(Object.keys(deployment)).toEqual(expect.arrayContaining(['', 'replicas', 'selector', 'template', 'strategy']));
    expect(deployment['replicas']).toMatch(/pods/i);
    expect(texts['io.k8s.api.core.v1.LimitRangeItem']!['default']).toBeTruthy();
    // No remains of the comments they stood in.
    const all = Object.values(texts).flatMap((t) => Object.values(t));
    expect(all.filter((t) => t.endsWith('*/') || t !== t.trim()).slice(0, 3)).toEqual([]);
  });
});

describe('openapi-differences', () => {
  it('sees types and markers but no prose', async () => {
    const { documentDifferences } = (await import(join(scripts, 'openapi-differences.mjs'))) as { documentDifferences(want: object, got: object, part: string): Iterable<string> };
    const doc = (field: object): object => ({ components: { schemas: { A: { properties: { f: field } } } } });
    const compare = (want: object, got: object): string[] => [...documentDifferences(doc(want), doc(got), 'definitions')];
    expect(compare({ description: 'x', type: 'string' }, { type: 'string' })).toEqual([]);
    expect(compare({ allOf: [{ $ref: '#/a' }] }, { $ref: '#/a' })).toEqual([]);
    expect(compare({ type: 'array', 'x-kubernetes-list-type': 'set' }, { type: 'string' })).toEqual(['A properties f type: is "string", wanted "array"', 'A properties f x-kubernetes-list-type: missing']);
  });
});

describe('discovery-differences', () => {
  it('sees what is missing, too much, other or in another order', async () => {
    const { discoveryDifferences } = (await import(join(scripts, 'discovery-differences.mjs'))) as { discoveryDifferences(want: unknown, got: unknown, path: string): Iterable<string> };
    const list = (...names: string[]): object => ({ resources: names.map((name) => ({ name, verbs: ['get', 'list'] })) });
    const compare = (want: unknown, got: unknown): string[] => [...discoveryDifferences(want, got, '/x')];
    expect(compare(list('a', 'b'), list('a', 'b'))).toEqual([]);
    expect(compare(list('a', 'b'), list('b', 'c', 'a'))).toEqual(['/x.resources: c is too much', '/x.resources: order is b a instead of a b']);
    expect(compare(list('a'), list())).toEqual(['/x.resources: no a']);
    expect(compare({ resources: [{ name: 'a', verbs: ['list', 'get'] }] }, list('a'))).toEqual([]);
    expect(compare(list('a'), 'HTTP 404: none')).toEqual(['/x: "HTTP 404: none" instead of {"resources":[{"name":"a","verbs":["get","list"]}]}']);
  });
});
