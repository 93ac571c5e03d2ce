import { invalidValue, required, type FieldError } from '../../api/errors/field-error';
import { DNS1123_SUBDOMAIN_MAX, isDns1123Label, isDns1123Subdomain, isQualifiedName, longerThan, maxLengthMessage, OK, rangeMessage, regexMessage } from './names';

const CONFIG_KEY_MSG = regexMessage("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", '[-._a-zA-Z0-9]+', 'key.name', 'KEY_NAME', 'key-name');
const ENV_NAME_MSG = "a valid environment variable name must consist only of printable ASCII characters other than '='";
const HEADER_MSG = regexMessage("a valid HTTP header must consist of alphanumeric characters or '-'", '[-A-Za-z0-9]+', 'X-Header-Name');
const PERCENT_MSG = regexMessage("a valid percent string must be a numeric string followed by an ending '%'", '[0-9]+%', '1%', '93%');
const C_IDENTIFIER_MSG = regexMessage(
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
  '[A-Za-z_][A-Za-z0-9_]*',
  'my_name',
  'MY_NAME',
  'MyName',
);
const HTTP_PATH_FMT = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const HTTP_PATH_MSG = regexMessage('Invalid path', HTTP_PATH_FMT);

const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;
const HEADER = /^[-A-Za-z0-9]+$/;
const PERCENT = /^[0-9]+%$/;
const C_IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const HTTP_PATH = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/;
const DECIMAL = /^(0|-?[1-9][0-9]*)$/;
const ENV_NAME = /^[ -<>-~]*$/;
const PORT_CHARS = /^[-a-z0-9]+$/;
const LETTER = /[a-z]/;

/** Key of a ConfigMap or Secret. */
export function isConfigMapKey(s: string): string[] {
  const errors: string[] = [];
  if (longerThan(s, DNS1123_SUBDOMAIN_MAX)) errors.push(maxLengthMessage(DNS1123_SUBDOMAIN_MAX));
  if (!CONFIG_KEY.test(s)) errors.push(CONFIG_KEY_MSG);
  if (s === '.') errors.push("must not be '.'");
  else if (s === '..') errors.push("must not be '..'");
  else if (s.startsWith('..')) errors.push("must not start with '..'");
  return errors;
}

/** Name of an environment variable, under the relaxed rule of 1.34 and later. */
export function isEnvVarName(s: string): string[] {
  if (!s.length) return ['environment variable name must be non-empty'];
  return ENV_NAME.test(s) ? OK : [ENV_NAME_MSG];
}

export function isCIdentifier(s: string): string[] {
  return C_IDENTIFIER.test(s) ? OK : [C_IDENTIFIER_MSG];
}

/** IANA service name, as ports of pods and services carry. */
export function isPortName(s: string): string[] {
  const errors: string[] = [];
  if (longerThan(s, 15)) errors.push(maxLengthMessage(15));
  if (!PORT_CHARS.test(s)) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!LETTER.test(s)) errors.push('must contain at least one letter (a-z)');
  if (s.includes('--')) errors.push('must not contain consecutive hyphens');
  if (s.startsWith('-') || s.endsWith('-')) errors.push('must not begin or end with a hyphen');
  return errors;
}

export function isPortNumber(n: number): string[] {
  return n >= 1 && n <= 65535 ? OK : [rangeMessage(1, 65535)];
}

export function isInRange(n: number, low: number, high: number): string[] {
  return n >= low && n <= high ? OK : [rangeMessage(low, high)];
}

/** User and group ids of Linux. */
export function isUserId(n: number): string[] {
  return isInRange(n, 0, 2147483647);
}

export function isHttpHeaderName(s: string): string[] {
  return HEADER.test(s) ? OK : [HEADER_MSG];
}

export function isPercent(s: string): string[] {
  return PERCENT.test(s) ? OK : [PERCENT_MSG];
}

/** Whole number without leading zeros or plus sign. */
export function isDecimalInteger(s: string): string[] {
  if (!s.length) return ['must be non-empty'];
  return DECIMAL.test(s) ? OK : ['must be a valid decimal integer in canonical form'];
}

/** A domain name of at least three labels. */
export function validateFullyQualifiedName(s: string, path: string): FieldError[] {
  if (!s.length) return [required(path)];
  const messages = isDns1123Subdomain(s);
  if (messages.length) return [invalidValue(path, s, messages.join(','))];
  return s.split('.').length < 3 ? [invalidValue(path, s, 'should be a domain with at least three segments separated by dots')] : [];
}

/** A domain name of at least two labels; a dot at its end is allowed. */
export function validateFullyQualifiedDomainName(name: string, path: string): FieldError[] {
  if (!name.length) return [required(path)];
  const s = name.endsWith('.') ? name.slice(0, -1) : name;
  const messages = isDns1123Subdomain(s);
  if (messages.length) return [invalidValue(path, s, messages.join(','))];
  const labels = s.split('.');
  if (labels.length < 2) return [invalidValue(path, s, 'should be a domain with at least two segments separated by dots')];
  for (const label of labels) {
    const bad = isDns1123Label(label);
    if (bad.length) return [invalidValue(path, label, bad.join(','))];
  }
  return [];
}

/** 'acme.io/foo', where what follows the first slash may be any HTTP path: signer names, managedBy. */
export function validateDomainPrefixedPath(s: string, path: string): FieldError[] {
  if (!s.length) return [required(path)];
  const slash = s.indexOf('/');
  if (slash <= 0 || slash === s.length - 1) return [invalidValue(path, s, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  const host = s.slice(0, slash);
  const errors = isDns1123Subdomain(host).map((m) => invalidValue(path, host, m));
  const rest = s.slice(slash + 1);
  if (!HTTP_PATH.test(rest)) errors.push(invalidValue(path, rest, HTTP_PATH_MSG));
  return errors;
}

/** 'acme.io/foo', where what follows the slash is a label key. */
export function validateDomainPrefixedKey(s: string, path: string): FieldError[] {
  if (!s.length) return [required(path)];
  const messages = isQualifiedName(s);
  if (messages.length) return messages.map((m) => invalidValue(path, s, m));
  return s.includes('/') ? [] : [invalidValue(path, s, 'must be a domain-prefixed key (such as "acme.io/foo")')];
}
