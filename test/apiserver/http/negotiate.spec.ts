import { describe, expect, it } from 'vitest';
import { ALL_TYPES, negotiate, Negotiator, parseAccept, PLAIN, resourceAbilities, routeAccepts } from '../../../src/apiserver/http/negotiate';

const builtIn = resourceAbilities(true, true);
const custom = resourceAbilities(true, false);
const noTable = resourceAbilities(false, true);
const table = { group: 'meta.k8s.io', version: 'v1', kind: 'Table' };
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

describe('negotiate', () => {
  it.each([
    ['', { encoding: 'json' }],
    ['*/*', { encoding: 'json' }],
    ['application/json', { encoding: 'json' }],
    ['application/yaml', { encoding: 'yaml' }],
    ['application/vnd.kubernetes.protobuf,application/json', { encoding: 'protobuf' }],
    ['text/html,*/*;q=0.5', { encoding: 'json' }],
    ['application/*', { encoding: 'json' }],
    ['application/yaml;q=0.2, application/json;q=0.8', { encoding: 'json' }],
    ['application/json;pretty=1', { encoding: 'json', pretty: true }],
    ['application/json;stream=watch', { encoding: 'json' }],
    [TABLE, { encoding: 'json', as: table }],
    ['application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json', { encoding: 'json', as: { ...table, version: 'v1beta1' } }],
    ['application/json;as=Table;v=v2;g=meta.k8s.io,application/json', { encoding: 'json' }],
    ['application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json', { encoding: 'json' }],
    ['application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', { encoding: 'protobuf', as: { ...table, kind: 'PartialObjectMetadata' } }],
  ])('%s', (accept, want) => {
    const got = negotiate(accept, builtIn);
    expect(got).toMatchObject(want);
    expect(got?.as).toEqual((want as { as?: unknown }).as);
  });

  it.each(['text/html', 'application/cbor', 'application/json;as=Table;v=v1', 'application/json;as=Chair;v=v1;g=meta.k8s.io', 'application/yaml;stream=watch'])('refuses %s', (accept) =>
    expect(negotiate(accept, builtIn)).toBeUndefined(),
  );

  it('knows no protobuf of custom resources but of their metadata', () => {
    expect(negotiate('application/vnd.kubernetes.protobuf', custom)).toBeUndefined();
    expect(negotiate('application/vnd.kubernetes.protobuf,application/json', custom)).toMatchObject({ encoding: 'json' });
    expect(negotiate('application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', custom)).toMatchObject({ encoding: 'protobuf' });
  });
  it('makes tables only where there are columns', () => expect(negotiate(TABLE, noTable)).toBeUndefined());
  it('converts nothing on plain endpoints', () => {
    expect(negotiate(TABLE, PLAIN)).toBeUndefined();
    expect(negotiate(`${TABLE},application/json`, PLAIN)).toEqual({ encoding: 'json', pretty: false });
  });
  it('remembers', () => {
    const n = new Negotiator(builtIn);
    expect(n.negotiate('text/html')).toBeUndefined();
    expect(n.negotiate('text/html')).toBeUndefined();
    expect(n.negotiate(TABLE)).toBe(n.negotiate(TABLE));
  });
});

describe('routeAccepts', () => {
  it.each(['', '*/*', 'text/html, */*;q=0.1', 'application/yaml;q=0', 'application/json;as=Chair'])('takes %s', (a) => expect(routeAccepts(a, ALL_TYPES)).toBe(true));
  it.each(['text/html', 'application/*', 'application/cbor'])('refuses %s', (a) => expect(routeAccepts(a, ALL_TYPES)).toBe(false));
  it('takes everything where everything is produced', () => expect(routeAccepts('text/html', ['*/*'])).toBe(true));
});

describe('parseAccept', () => {
  it('sorts by quality and puts wildcards behind', () =>
    expect(parseAccept('*/*, a/b;q=0.5, c/*, d/e').map((c) => `${c.type}/${c.subType}`)).toEqual(['d/e', 'c/*', 'a/b', '*/*']));
  it('drops what it cannot read', () => expect(parseAccept('json, a/b/c, x/y')).toHaveLength(1));
});
