import { describe, expect, it } from 'vitest';
import type { Authenticator } from '../../../src/apiserver/authn/authenticator';
import { firstOf, orAnonymous } from '../../../src/apiserver/authn/authenticator';
import { bearerToken, StaticTokens } from '../../../src/apiserver/authn/bearer-token';

describe('authenticators', () => {
  const says = (result: unknown, later = false): Authenticator => ({ authenticate: () => (later ? Promise.resolve(result) : result) as never });
  const jo = { name: 'jo', groups: [] };
  const c = { authorization: '', socket: undefined as never };
  it.each([
    [[says(undefined), says(jo)], jo],
    [[says('invalid'), says(jo)], jo],
    [[says('invalid', true), says(undefined)], 'invalid'],
    [[says(undefined, true), says(jo, true)], jo],
    [[says(undefined), says('invalid')], 'invalid'],
    [[says(undefined)], undefined],
  ])('take the first who knows the sender (%#)', async (all, want) => {
    expect(await firstOf(...all).authenticate(c)).toEqual(want);
  });
  it('let only those without credentials be anonymous', async () => {
    expect(await orAnonymous(says(undefined, true)).authenticate(c)).toMatchObject({ name: 'system:anonymous' });
    expect(await orAnonymous(says('invalid')).authenticate(c)).toBe('invalid');
  });
  it.each([
    ['', undefined],
    ['Bearer abc', 'abc'],
    ['bearer  abc', undefined],
    [' BEARER abc def', 'abc'],
    ['Bearer ', undefined],
    ['Basic YTpi', undefined],
  ])('read %j', (header, want) => expect(bearerToken(header)).toBe(want));
  it('compare whole tokens', () => {
    const t = new StaticTokens([['abc', jo], ['abcd', { name: 'x', groups: ['g', 'system:authenticated'] }]]);
    expect(t.authenticate({ authorization: 'Bearer abc' })).toEqual({ name: 'jo', groups: ['system:authenticated'] });
    expect(t.authenticate({ authorization: 'Bearer abcd' })).toMatchObject({ groups: ['g', 'system:authenticated'] });
    expect(t.authenticate({ authorization: 'Bearer ab' })).toBe('invalid');
  });
});
