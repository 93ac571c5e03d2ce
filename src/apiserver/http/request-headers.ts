/** The request headers that the API paths look at, read once from Node's raw list; absent ones are ''. */
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
  const h: RequestHeaders = { accept: '', acceptEncoding: '', auditId: '', authorization: '', contentType: '', ifNoneMatch: '', userAgent: '' };
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]!;
    const value = raw[i + 1]!;
    switch (name.length) {
      case 6:
        if (h.accept === '' && same(name, 'accept')) h.accept = value;
        break;
      case 8:
        if (h.auditId === '' && same(name, 'audit-id')) h.auditId = value;
        break;
      case 10:
        if (h.userAgent === '' && same(name, 'user-agent')) h.userAgent = value;
        break;
      case 12:
        if (h.contentType === '' && same(name, 'content-type')) h.contentType = value;
        break;
      case 13:
        if (h.authorization === '' && same(name, 'authorization')) h.authorization = value;
        else if (h.ifNoneMatch === '' && same(name, 'if-none-match')) h.ifNoneMatch = value;
        break;
      case 15:
        if (h.acceptEncoding === '' && same(name, 'accept-encoding')) h.acceptEncoding = value;
        break;
    }
  }
  return h;
}

function same(name: string, lower: string): boolean {
  return name === lower || name.toLowerCase() === lower;
}
