import { goQuote } from '../../api/patch/go-format';

// eslint-disable-next-line no-control-regex -- these are what it looks for
const CONTROL = /[\x00-\x1f\x7f]/;
const HOST_BYTE = /[A-Za-z0-9!$&'()*+,;=:[\]<>"\-_.~\u0080-\u{10ffff}]/u;
const USER_INFO = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;

/** Why Go's net/url does not parse a text, in its words; undefined: it does. */
export function goUrlProblem(text: string): string | undefined {
  const hash = text.indexOf('#');
  const url = hash < 0 ? text : text.slice(0, hash);
  const problem = beforeFragment(url);
  if (problem !== undefined) return `parse ${goQuote(url)}: ${problem}`;
  const escape = hash < 0 ? undefined : badEscape(text.slice(hash + 1));
  return escape === undefined ? undefined : `parse ${goQuote(text)}: ${escape}`;
}

function beforeFragment(url: string): string | undefined {
  if (CONTROL.test(url)) return 'net/url: invalid control character in URL';
  if (url.startsWith(':')) return 'missing protocol scheme';
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/.exec(url)?.[0] ?? '';
  const rest = url.slice(scheme.length).split('?', 1)[0]!;
  if (!rest.startsWith('/')) {
    if (scheme) return undefined;
    if (rest.split('/', 1)[0]!.includes(':')) return 'first path segment in URL cannot contain colon';
  }
  if (!rest.startsWith('//') || (!scheme && rest.startsWith('///'))) return badEscape(rest);
  const slash = rest.indexOf('/', 2);
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
  return authorityProblem(authority) ?? (slash < 0 ? undefined : badEscape(rest.slice(slash)));
}

function authorityProblem(authority: string): string | undefined {
  const at = authority.lastIndexOf('@');
  const problem = hostProblem(authority.slice(at + 1));
  if (problem !== undefined || at < 0) return problem;
  const user = authority.slice(0, at);
  return USER_INFO.test(user) ? badEscape(user) : 'net/url: invalid userinfo';
}

function hostProblem(host: string): string | undefined {
  let port = '';
  if (host.startsWith('[')) {
    const end = host.lastIndexOf(']');
    if (end < 0) return "missing ']' in host";
    port = host.slice(end + 1);
  } else if (host.includes(':')) port = host.slice(host.lastIndexOf(':'));
  if (port && !/^:[0-9]*$/.test(port)) return `invalid port ${goQuote(port)} after host`;
  const escape = badEscape(host);
  if (escape !== undefined) return escape;
  for (const c of host.replace(/%[0-9A-Fa-f]{2}/g, '')) if (!HOST_BYTE.test(c)) return `invalid character ${goQuote(c)} in host name`;
  return undefined;
}

/** A percent sign must be followed by two hexadecimal digits. */
function badEscape(part: string): string | undefined {
  const at = part.search(/%(?![0-9A-Fa-f]{2})/);
  return at < 0 ? undefined : `invalid URL escape ${goQuote(part.slice(at, at + 3))}`;
}
