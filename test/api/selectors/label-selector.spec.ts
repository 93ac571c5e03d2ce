import { describe, expect, it } from 'vitest';
import { formatRequirements, formatSelector, parseLabelSelector, selectorFrom, selectorFromSet } from '../../../src/api/selectors/label-selector';

describe('label selector', () => {
  const labels = { env: 'prod', tier: 'web', n: '10', empty: '' };
  it.each([
    ['env=prod', true],
    ['env==dev', false],
    ['env!=dev', true],
    ['absent!=x', true],
    ['env in (prod, dev),tier', true],
    ['env notin (prod)', false],
    ['!absent', true],
    ['!env', false],
    ['empty=', true],
    ['empty in ()', true],
    ['env in (,prod)', true],
    ['n>9', true],
    ['n<10', false],
    ['in=x', false],
    [' env = prod , tier', true],
    ['', true],
  ])('%s → %s', (text, want) => {
    expect(parseLabelSelector(text).matches(labels)).toBe(want);
  });

  it.each([
    ['env=prod,', "found '', expected: identifier after ','"],
    [',env', "found ',', expected: !, identifier, or 'end of string'"],
    ['env in prod', "unable to parse requirement: found 'prod' expected: '('"],
    ['env in (prod', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['env prod', "unable to parse requirement: found 'prod', expected: in, notin, =, ==, !=, gt, lt"],
    ['n<9223372036854775808', "unable to parse requirement: values[0]: Invalid value: \"9223372036854775808\": for 'Gt', 'Lt' operators, the value must be an integer"],
    ['n>+5', /^unable to parse requirement: values\[0\]\[n\]: Invalid value: "\+5": a valid label must/],
    ['n>x@', /^unable to parse requirement: \[values\[0\]: Invalid value: "x@": for 'Gt', .*, values\[0\]\[n\]: Invalid value: "x@"/],
    ['n in (z@,a)', /^unable to parse requirement: values\[1\]\[n\]: Invalid value: "z@"/],
    ['n>x', "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer"],
  ])('refuses %s', (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(message);
  });

  it('names the key or value that is wrong', () => {
    expect(() => parseLabelSelector('-env=a')).toThrow(/^unable to parse requirement: <nil>: Invalid value: "-env": name part must consist/);
    expect(() => parseLabelSelector('env=-a')).toThrow(/^unable to parse requirement: values\[0\]\[env\]: Invalid value: "-a": a valid label must/);
  });

  it('compiles and prints LabelSelector objects', () => {
    const spec = { matchLabels: { b: '1', a: '2' }, matchExpressions: [{ key: 'c', operator: 'In', values: ['y', 'x'] }, { key: 'd', operator: 'DoesNotExist' }] };
    expect(formatSelector(spec)).toBe('a=2,b=1,c in (x,y),!d');
    expect(selectorFrom(spec).matches({ a: '2', b: '1', c: 'x' })).toBe(true);
    expect(selectorFrom(undefined).matches({})).toBe(false);
    expect(selectorFrom({}).matches({})).toBe(true);
    expect(selectorFromSet({}).matches({})).toBe(false);
    expect(formatRequirements(parseLabelSelector('z>1,a!=b'))).toBe('a!=b,z>1');
  });
});
