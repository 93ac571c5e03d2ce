import { describe, expect, it } from 'vitest';
import { parseQuery } from '../../../src/apiserver/http/query';

describe('parseQuery', () => {
  it('takes the first of several values and can give all', () => {
    const q = parseQuery('dryRun=All&dryRun=x&limit=5');
    expect(q.get('dryRun')).toBe('All');
    expect(q.all('dryRun')).toEqual(['All', 'x']);
    expect(q.get('limit')).toBe('5');
    expect(q.get('continue')).toBeUndefined();
  });
  it('unescapes plus and percent, in names too', () => expect(parseQuery('label%53elector=a+in+%28b%2Cc%29').get('labelSelector')).toBe('a in (b,c)'));
  it('keeps a parameter without value', () => {
    expect(parseQuery('verbose').has('verbose')).toBe(true);
    expect(parseQuery('verbose').get('verbose')).toBe('');
  });
  it('drops pairs with broken escapes or semicolons', () => {
    expect(parseQuery('a=%zz&b=1').get('a')).toBeUndefined();
    expect(parseQuery('a=1;b=2&c=3').get('c')).toBe('3');
    expect(parseQuery('a=1;b=2').has('a')).toBe(false);
  });
  it.each([
    ['watch', true],
    ['watch=', true],
    ['watch=maybe', true],
    ['watch=1', true],
    ['watch=0', false],
    ['watch=False', false],
    ['', false],
  ])('reads %s as a flag', (raw, want) => expect(parseQuery(raw).flag('watch')).toBe(want));
});
