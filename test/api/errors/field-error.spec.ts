import { describe, expect, it } from 'vitest';
import { showValue } from '../../../src/api/errors/field-error';

describe('showValue', () => {
  it('quotes text as Go does', () => {
    expect(showValue('a\u0000\t\u00ad"é')).toBe('"a\\x00\\t\\u00ad\\"é"');
  });

  it('escapes what HTML could read in JSON', () => {
    expect(showValue({ a: '<b>&' })).toBe('{"a":"\\u003cb\\u003e\\u0026"}');
  });

  it('prints numbers and nothing plainly', () => {
    expect([showValue(5), showValue(true), showValue(undefined)]).toEqual(['5', 'true', 'null']);
  });
});
