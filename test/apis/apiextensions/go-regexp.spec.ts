import { describe, expect, it } from 'vitest';
import { goRegexpProblem } from '../../../src/apis/apiextensions/go-regexp';

describe('goRegexpProblem', () => {
  it.each(['', '^[a-z]+$', '(?i)abc', '(?P<n>x)', '\\d{1,3}\\z', '[[:alpha:]]+', '\\pL', '(?s:.)*?'])('takes %s', (pattern) => {
    expect(goRegexpProblem(pattern)).toBeUndefined();
  });

  it.each([
    ['[', 'error parsing regexp: missing closing ]: `[`'],
    ['(a', 'error parsing regexp: missing closing ): `(a`'],
    ['a)', 'error parsing regexp: unexpected ): `a)`'],
    ['*a', 'error parsing regexp: missing argument to repetition operator: `*`'],
    ['a\\', 'error parsing regexp: trailing backslash at end of expression: ``'],
    ['(?=a)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
    ['(a)\\1', 'error parsing regexp: invalid escape sequence: `\\1`'],
  ])('says what is wrong with %s', (pattern, problem) => {
    expect(goRegexpProblem(pattern)).toBe(problem);
  });
});
