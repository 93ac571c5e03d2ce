import { describe, expect, it } from 'vitest';
import { required, showValue } from '../../../src/api/errors/field-error';
import { invalid, notFound } from '../../../src/api/errors/status-error';

describe('names in messages', () => {
  it('are quoted as Go does', () => {
    expect(notFound({ group: '', resource: 'pods' }, 'a\u202e"').message).toBe('pods "a\\u202e\\"" not found');
    expect(invalid({ group: '', kind: 'Pod' }, 'a\n', [required('spec')]).message).toBe('Pod "a\\n" is invalid: spec: Required value');
  });
});

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
