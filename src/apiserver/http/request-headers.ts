/** The request headers that the API paths look at, read once; absent ones are ''. */
export interface RequestHeaders {
  accept: string;
  acceptEncoding: string;
  auditId: string;
  authorization: string;
  contentType: string;
  ifNoneMatch: string;
  userAgent: string;
}

/**
 * Picks the headers out of [name, value, name, value, …] without building an object of all of them.
 * Of a repeated header the first one counts, as in Go's Header.Get.
 */
export function readHeaders(raw: readonly string[]): RequestHeaders {
  const h = none();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const field = FIELDS.get(raw[i]!.toLowerCase());
    if (field && h[field] === '') h[field] = raw[i + 1]!;
  }
  return h;
}

/** The same out of header lines that are known to be well-formed, each ending in CRLF. */
export function readHeaderLines(lines: string): RequestHeaders {
  const h = none();
  for (let at = 0; at < lines.length; ) {
    const end = lines.indexOf('\r\n', at);
    const colon = lines.indexOf(':', at);
    const field = FIELDS.get(lines.slice(at, colon).toLowerCase());
    if (field && h[field] === '') h[field] = lines.slice(colon + 1, end).trim();
    at = end + 2;
  }
  return h;
}

const FIELDS: ReadonlyMap<string, keyof RequestHeaders> = new Map([
  ['accept', 'accept'],
  ['accept-encoding', 'acceptEncoding'],
  ['audit-id', 'auditId'],
  ['authorization', 'authorization'],
  ['content-type', 'contentType'],
  ['if-none-match', 'ifNoneMatch'],
  ['user-agent', 'userAgent'],
]);

function none(): RequestHeaders {
  return { accept: '', acceptEncoding: '', auditId: '', authorization: '', contentType: '', ifNoneMatch: '', userAgent: '' };
}
