import { describe, expect, it } from 'vitest';
import { formatFieldSelector, parseFieldSelector } from '../../../src/api/selectors/field-selector';

describe('field selector', () => {
  it('parses terms, operators and escapes', () => {
    expect(parseFieldSelector(',metadata.name==a,x!=b\\,c,')).toEqual([
      { field: 'metadata.name', value: 'a', equal: true },
      { field: 'x', value: 'b,c', equal: false },
    ]);
    expect(parseFieldSelector('')).toEqual([]);
  });

  it('refuses what it cannot understand', () => {
    expect(() => parseFieldSelector('metadata.name')).toThrow("invalid selector: 'metadata.name'; can't understand 'metadata.name'");
    // Terms are looked at in the order of their texts; a rune is shown by its number.
    expect(() => parseFieldSelector('z,b,c=d')).toThrow("invalid selector: 'z,b,c=d'; can't understand 'b'");
    expect(() => parseFieldSelector('a=b=c')).toThrow('invalid field selector: unescaped character in value: 61');
    expect(() => parseFieldSelector('a=b\\q')).toThrow('invalid field selector: invalid escape sequence: \\q');
  });

  it('prints what it parsed', () => {
    expect(formatFieldSelector(parseFieldSelector('a=b\\,c,d!=e'))).toBe('a=b\\,c,d!=e');
  });
});
