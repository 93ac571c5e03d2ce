import { describe, expect, it } from 'vitest';
import {
  isDns1035Label,
  isDns1123Label,
  isDns1123Subdomain,
  isDns1123SubdomainWithUnderscore,
  isLabelValue,
  isPathSegmentName,
  isQualifiedName,
  isWildcardDns1123Subdomain,
  longerThan,
  nameIsDns1035Label,
  nameIsDnsLabel,
  nameIsDnsSubdomain,
} from '../../../src/apis/shared/names';

const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

describe('names', () => {
  it.each(['a', '0', 'a-b', 'a--b', '9-z', 'a'.repeat(63)])('takes %s as a DNS-1123 label', (s) => {
    expect(isDns1123Label(s)).toEqual([]);
  });

  it.each(['', '-a', 'a-', 'A', 'a_b', 'a..b', 'ä', 'a b'])('refuses %j as a DNS-1123 label', (s) => {
    expect(isDns1123Label(s)).toEqual([LABEL]);
  });

  it('names the dots of what would be a subdomain', () => {
    expect(isDns1123Label('a.b')).toEqual(['must not contain dots']);
  });

  it('tells of length before form', () => {
    expect(isDns1123Label('A'.repeat(64))).toEqual(['must be no more than 63 characters', LABEL]);
    expect(isDns1123Subdomain(`${'a'.repeat(254)}`)).toEqual(['must be no more than 253 characters']);
  });

  it('takes subdomains of labels, each with letters or digits at its ends', () => {
    for (const good of ['a', 'a.b', 'a-1.b-2.c', '1.2.3.4']) expect(isDns1123Subdomain(good)).toEqual([]);
    for (const bad of ['', '.', 'a.', '.a', 'a..b', 'a.-b', 'a-.b', 'a_b', 'A.b']) expect(isDns1123Subdomain(bad)).toHaveLength(1);
    expect(isDns1123SubdomainWithUnderscore('_a.b_c')).toEqual([]);
    expect(isDns1123SubdomainWithUnderscore('_.')).toHaveLength(1);
  });

  it('wants a letter at the start of a DNS-1035 label', () => {
    expect(isDns1035Label('a1-b')).toEqual([]);
    for (const bad of ['1a', '', 'a-', 'aB']) expect(isDns1035Label(bad)[0]).toMatch(/^a DNS-1035 label must consist of/);
  });

  it('takes a star for the first part of a wildcard only', () => {
    expect(isWildcardDns1123Subdomain('*.a.b')).toEqual([]);
    for (const bad of ['*', 'a.*', '*.', '*a.b']) expect(isWildcardDns1123Subdomain(bad)).toHaveLength(1);
  });

  it('splits qualified names into prefix and name', () => {
    for (const good of ['a', 'A.b_c-D', 'example.com/A', '0']) expect(isQualifiedName(good)).toEqual([]);
    expect(isQualifiedName('a/b/c')).toEqual([
      "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
    ]);
    expect(isQualifiedName('/a')).toEqual(['prefix part must be non-empty']);
    expect(isQualifiedName('a/')).toEqual(['name part must be non-empty', expect.stringMatching(/^name part must consist of/)]);
    expect(isQualifiedName('A/b')[0]).toMatch(/^prefix part a lowercase RFC 1123 subdomain must consist of/);
    expect(isQualifiedName('x'.repeat(64))).toEqual(['name part must be no more than 63 bytes']);
  });

  it('allows empty label values', () => {
    for (const good of ['', 'a', 'A.b_c', '1']) expect(isLabelValue(good)).toEqual([]);
    for (const bad of ['-', 'a ', '.a', 'a-']) expect(isLabelValue(bad)[0]).toMatch(/^a valid label must be an empty string or consist of/);
    expect(isLabelValue('v'.repeat(64))).toEqual(['must be no more than 63 bytes']);
  });

  it('keeps path segments free of what paths are made of', () => {
    expect(isPathSegmentName('system:a b')).toEqual([]);
    expect(isPathSegmentName('.')).toEqual(["may not be '.'"]);
    expect(isPathSegmentName('..')).toEqual(["may not be '..'"]);
    expect(isPathSegmentName('a/b%')).toEqual(["may not contain '/'", "may not contain '%'"]);
  });

  it('lets a prefix end in a dash, since something follows it', () => {
    expect(nameIsDnsSubdomain('job-', true)).toEqual([]);
    expect(nameIsDnsSubdomain('job-', false)).toHaveLength(1);
    expect(nameIsDnsLabel('job-', true)).toEqual([]);
    expect(nameIsDns1035Label('job-', true)).toEqual([]);
  });

  it('counts lengths in bytes', () => {
    expect(longerThan('aaa', 3)).toBe(false);
    expect(longerThan('aaaa', 3)).toBe(true);
    expect(longerThan('ää', 3)).toBe(true);
  });
});
