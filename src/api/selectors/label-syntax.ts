import { invalidValue } from '../errors/field-error';

const NAME_TEXT =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const KEY_TEXT =
  "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
const VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

const isAlnum = (c: number): boolean => (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 48 && c <= 57);
const isLowerAlnum = (c: number): boolean => (c >= 97 && c <= 122) || (c >= 48 && c <= 57);

/** Letters, digits, '-', '_', '.', beginning and ending with a letter or digit; '' is not one. */
function isNamePart(s: string): boolean {
  const n = s.length;
  if (n === 0 || !isAlnum(s.charCodeAt(0)) || !isAlnum(s.charCodeAt(n - 1))) return false;
  for (let i = 1; i < n - 1; i++) {
    const c = s.charCodeAt(i);
    if (!isAlnum(c) && c !== 45 && c !== 95 && c !== 46) return false;
  }
  return true;
}

/** What is wrong with a DNS-1123 subdomain; empty: nothing. Upstream counts bytes, and calls them characters in names. */
export function subdomainProblems(s: string, unit: 'bytes' | 'characters' = 'bytes'): string[] {
  const problems: string[] = [];
  if (s.length > 253) problems.push(`must be no more than 253 ${unit}`);
  let ok = s.length > 0;
  let start = true;
  for (let i = 0; ok && i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c === 46) {
      ok = !start && s.charCodeAt(i - 1) !== 45;
      start = true;
    } else {
      ok = isLowerAlnum(c) || (c === 45 && !start);
      start = false;
    }
  }
  if (ok && (start || s.charCodeAt(s.length - 1) === 45)) ok = false;
  if (!ok) problems.push(SUBDOMAIN_TEXT);
  return problems;
}

/** What is wrong with a label or annotation key (apimachinery's IsQualifiedName); empty: nothing. */
export function qualifiedNameProblems(s: string): string[] {
  const slash = s.indexOf('/');
  if (slash < 0 && s.length <= 63 && isNamePart(s)) return [];
  const problems: string[] = [];
  let name = s;
  if (slash >= 0) {
    if (s.indexOf('/', slash + 1) >= 0) return [KEY_TEXT];
    const prefix = s.slice(0, slash);
    name = s.slice(slash + 1);
    if (!prefix) problems.push('prefix part must be non-empty');
    else for (const p of subdomainProblems(prefix)) problems.push(`prefix part ${p}`);
  }
  if (!name) problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push('name part must be no more than 63 bytes');
  if (!isNamePart(name)) problems.push(NAME_TEXT);
  return problems;
}

/** What is wrong with a label value; empty: nothing. */
export function labelValueProblems(s: string): string[] {
  if (s === '' || (s.length <= 63 && isNamePart(s))) return [];
  const problems: string[] = [];
  if (s.length > 63) problems.push('must be no more than 63 bytes');
  if (!isNamePart(s)) problems.push(VALUE_TEXT);
  return problems;
}

/** The complaint about a selector's key as upstream prints it (the path is nil there), or undefined. */
export function selectorKeyProblem(key: string): string | undefined {
  const p = qualifiedNameProblems(key);
  return p.length ? `<nil>: ${invalidValue('', key, p.join('; ')).message}` : undefined;
}
