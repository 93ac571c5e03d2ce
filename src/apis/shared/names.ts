/** Checks answer with messages that lack only path and value; an empty list means all is well. The list is shared: never change it. */
export const OK: string[] = Object.freeze([]) as unknown as string[];

export const DNS1123_LABEL_MAX = 63;
export const DNS1123_SUBDOMAIN_MAX = 253;

const LABEL_FMT = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN_FMT = `${LABEL_FMT}(\\.${LABEL_FMT})*`;
const LABEL_UNDERSCORE_FMT = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SUBDOMAIN_UNDERSCORE_FMT = `${LABEL_UNDERSCORE_FMT}(\\.${LABEL_UNDERSCORE_FMT})*`;
const DNS1035_FMT = '[a-z]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED_FMT = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const LABEL_MSG = regexMessage(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  LABEL_FMT,
  'my-name',
  '123-abc',
);
const SUBDOMAIN_MSG = regexMessage(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  SUBDOMAIN_FMT,
  'example.com',
);
const SUBDOMAIN_CASELESS_MSG = regexMessage(
  "an RFC 1123 subdomain must consist of alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  SUBDOMAIN_FMT,
  'Example.com',
);
const SUBDOMAIN_UNDERSCORE_MSG = regexMessage(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
  SUBDOMAIN_UNDERSCORE_FMT,
  'example.com',
);
const DNS1035_MSG = regexMessage(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  DNS1035_FMT,
  'my-name',
  'abc-123',
);
const WILDCARD_MSG = regexMessage(
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  `\\*\\.${SUBDOMAIN_FMT}`,
  '*.example.com',
);
const QUALIFIED_MSG = regexMessage(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  QUALIFIED_FMT,
  'MyName',
  'my.name',
  '123-abc',
);
const LABEL_VALUE_MSG = regexMessage(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  `(${QUALIFIED_FMT})?`,
  'MyValue',
  'my_value',
  '12345',
);

/** The sentence of a failed pattern, with examples in upstream's odd punctuation. */
export function regexMessage(message: string, pattern: string, ...examples: string[]): string {
  if (!examples.length) return `${message} (regex used for validation is '${pattern}')`;
  return `${message} (e.g. ${examples.map((e) => `'${e}', `).join(' or ')}regex used for validation is '${pattern}')`;
}

export function maxLengthMessage(max: number): string {
  return `must be no more than ${max} characters`;
}

export function maxBytesMessage(max: number): string {
  return `must be no more than ${max} bytes`;
}

export function rangeMessage(low: number, high: number): string {
  return `must be between ${low} and ${high}, inclusive`;
}

/** True when the UTF-8 form of `s` has more than `max` bytes, which is what Go's len counts. */
export function longerThan(s: string, max: number): boolean {
  return s.length > max || (s.length * 3 > max && Buffer.byteLength(s) > max);
}

function isLowerAlnum(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 48 && c <= 57);
}

function isAlnum(c: number): boolean {
  return isLowerAlnum(c) || (c >= 65 && c <= 90);
}

const DASH = 45;
const DOT = 46;
const UNDERSCORE = 95;

/** Characters s[from..to) form one lower-case label. */
function labelShape(s: string, from: number, to: number): boolean {
  if (from >= to || !isLowerAlnum(s.charCodeAt(from)) || !isLowerAlnum(s.charCodeAt(to - 1))) return false;
  for (let i = from + 1; i < to - 1; i++) {
    const c = s.charCodeAt(i);
    if (!isLowerAlnum(c) && c !== DASH) return false;
  }
  return true;
}

function subdomainShape(s: string): boolean {
  let edge = true; // the next character must be alphanumeric
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (isLowerAlnum(c)) edge = false;
    else if (c === DASH) {
      if (edge) return false;
    } else if (c === DOT) {
      if (edge || s.charCodeAt(i - 1) === DASH) return false;
      edge = true;
    } else return false;
  }
  return !edge && s.charCodeAt(s.length - 1) !== DASH;
}

/** Letters, digits, '-', '_', '.', alphanumeric at both ends; not empty. */
function qualifiedShape(s: string, from: number): boolean {
  const to = s.length;
  if (from >= to || !isAlnum(s.charCodeAt(from)) || !isAlnum(s.charCodeAt(to - 1))) return false;
  for (let i = from + 1; i < to - 1; i++) {
    const c = s.charCodeAt(i);
    if (!isAlnum(c) && c !== DASH && c !== UNDERSCORE && c !== DOT) return false;
  }
  return true;
}

function result(tooLong: string | undefined, shape: string | undefined): string[] {
  if (tooLong === undefined) return shape === undefined ? OK : [shape];
  return shape === undefined ? [tooLong] : [tooLong, shape];
}

/** Label of DNS (RFC 1123), as container and volume names are. */
export function isDns1123Label(s: string): string[] {
  const good = labelShape(s, 0, s.length);
  if (good && s.length <= DNS1123_LABEL_MAX) return OK;
  const shape = good ? undefined : subdomainShape(s) ? 'must not contain dots' : LABEL_MSG;
  return result(longerThan(s, DNS1123_LABEL_MAX) ? maxLengthMessage(DNS1123_LABEL_MAX) : undefined, shape);
}

/** Labels joined by dots (RFC 1123), as most object names are. */
export function isDns1123Subdomain(s: string): string[] {
  const good = subdomainShape(s);
  if (good && s.length <= DNS1123_SUBDOMAIN_MAX) return OK;
  return result(longerThan(s, DNS1123_SUBDOMAIN_MAX) ? maxLengthMessage(DNS1123_SUBDOMAIN_MAX) : undefined, good ? undefined : SUBDOMAIN_MSG);
}

/** As isDns1123Subdomain, in either case. */
export function isDns1123SubdomainCaseless(s: string): string[] {
  const good = subdomainShape(s.toLowerCase());
  return result(longerThan(s, DNS1123_SUBDOMAIN_MAX) ? maxBytesMessage(DNS1123_SUBDOMAIN_MAX) : undefined, good ? undefined : SUBDOMAIN_CASELESS_MSG);
}

const SUBDOMAIN_UNDERSCORE = new RegExp(`^${SUBDOMAIN_UNDERSCORE_FMT}$`);

/** A subdomain whose labels may hold underscores: search domains of pods. */
export function isDns1123SubdomainWithUnderscore(s: string): string[] {
  return result(
    longerThan(s, DNS1123_SUBDOMAIN_MAX) ? maxLengthMessage(DNS1123_SUBDOMAIN_MAX) : undefined,
    SUBDOMAIN_UNDERSCORE.test(s) ? undefined : SUBDOMAIN_UNDERSCORE_MSG,
  );
}

/** Label of DNS (RFC 1035): begins with a letter. */
export function isDns1035Label(s: string): string[] {
  const good = labelShape(s, 0, s.length) && s.charCodeAt(0) >= 97;
  if (good && s.length <= DNS1123_LABEL_MAX) return OK;
  return result(longerThan(s, DNS1123_LABEL_MAX) ? maxLengthMessage(DNS1123_LABEL_MAX) : undefined, good ? undefined : DNS1035_MSG);
}

/** '*.' and a subdomain. */
export function isWildcardDns1123Subdomain(s: string): string[] {
  const good = s.startsWith('*.') && subdomainShape(s.slice(2));
  return result(longerThan(s, DNS1123_SUBDOMAIN_MAX) ? maxLengthMessage(DNS1123_SUBDOMAIN_MAX) : undefined, good ? undefined : WILDCARD_MSG);
}

/** 'name' or 'example.com/name': label keys, finalizers, condition types, resource names. */
export function isQualifiedName(s: string): string[] {
  const slash = s.indexOf('/');
  if (slash < 0 && s.length <= 63 && qualifiedShape(s, 0)) return OK;
  if (slash >= 0 && s.indexOf('/', slash + 1) >= 0) {
    return [`a valid label key ${QUALIFIED_MSG} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const errors: string[] = [];
  if (slash === 0) errors.push('prefix part must be non-empty');
  else if (slash > 0) {
    const prefix = s.slice(0, slash);
    // label keys count bytes where other names count characters
    if (longerThan(prefix, DNS1123_SUBDOMAIN_MAX)) errors.push(`prefix part ${maxBytesMessage(DNS1123_SUBDOMAIN_MAX)}`);
    if (!subdomainShape(prefix)) errors.push(`prefix part ${SUBDOMAIN_MSG}`);
  }
  const name = s.slice(slash + 1);
  if (!name.length) errors.push('name part must be non-empty');
  else if (longerThan(name, 63)) errors.push(`name part ${maxBytesMessage(63)}`);
  if (!qualifiedShape(name, 0)) errors.push(`name part ${QUALIFIED_MSG}`);
  return errors.length ? errors : OK;
}

/** Value of a label: empty, or up to 63 bytes shaped as a qualified name's last part. */
export function isLabelValue(s: string): string[] {
  const good = s.length === 0 || qualifiedShape(s, 0);
  if (good && s.length <= 63) return OK;
  return result(longerThan(s, 63) ? maxBytesMessage(63) : undefined, good ? undefined : LABEL_VALUE_MSG);
}

/** Can stand as one segment of a URL path: the loosest rule for names (RBAC). */
export function isPathSegmentName(s: string): string[] {
  return s === '.' || s === '..' ? [`may not be '${s}'`] : isPathSegmentPrefix(s);
}

/** isPathSegmentName of a generateName: '.' and '..' can still become good names. */
export function isPathSegmentPrefix(s: string): string[] {
  const errors: string[] = [];
  if (s.includes('/')) errors.push("may not contain '/'");
  if (s.includes('%')) errors.push("may not contain '%'");
  return errors.length ? errors : OK;
}

/** A generateName may end in '-': upstream swaps its last two characters for one 'a' before it looks. */
function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
}

/** validateName of kinds named by a DNS subdomain. */
export function nameIsDnsSubdomain(name: string, prefix: boolean): string[] {
  return isDns1123Subdomain(prefix ? maskTrailingDash(name) : name);
}

/** validateName of kinds named by a DNS subdomain whose generateName is not looked at: what it makes has to be right. */
export function onlyNameIsDnsSubdomain(name: string, prefix: boolean): string[] {
  return prefix ? [] : isDns1123Subdomain(name);
}

/** validateName of kinds named by a DNS-1123 label. */
export function nameIsDnsLabel(name: string, prefix: boolean): string[] {
  return isDns1123Label(prefix ? maskTrailingDash(name) : name);
}

/** validateName of kinds named by a DNS-1035 label. */
export function nameIsDns1035Label(name: string, prefix: boolean): string[] {
  return isDns1035Label(prefix ? maskTrailingDash(name) : name);
}

/** validateName of kinds named by anything that fits a path (RBAC). */
export function nameIsPathSegment(name: string, prefix: boolean): string[] {
  return prefix ? isPathSegmentPrefix(name) : isPathSegmentName(name);
}
