import type { Status } from '../api/errors/status-error';
import { StatusError } from '../api/errors/status-error';

/** Reason and words for answers that carry no Status of their own, as client-go makes them up. */
const GENERIC: Readonly<Record<number, [string, string]>> = {
  400: ['BadRequest', 'the server rejected our request for an unknown reason'],
  401: ['Unauthorized', 'the server has asked for the client to provide credentials'],
  403: ['Forbidden', 'unknown'],
  404: ['NotFound', 'the server could not find the requested resource'],
  405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
  406: ['NotAcceptable', 'the server was unable to respond with a content type that the client supports'],
  409: ['Conflict', 'the server reported a conflict'],
  410: ['Gone', 'the server no longer has the requested resource'],
  413: ['RequestEntityTooLarge', 'the request is too large'],
  415: ['UnsupportedMediaType', 'the server does not support the media type of the request'],
  422: ['Invalid', 'the server rejected our request due to an error in our request'],
  429: ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
  500: ['InternalError', 'an error on the server'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: ['Timeout', 'the server was unable to return a response in the time allotted'],
};

/** The error that an answer with a failing status code stands for: its Status, or one made of the code and the text. */
export function statusOfResponse(code: number, text: string, r: { method: string; path: string }, retryAfter: number): StatusError {
  const status = parse(text);
  if (status) return StatusError.from({ ...status, code: status.code ?? code });
  const [reason, words] = GENERIC[code] ?? [undefined, 'the server responded with the status code ' + code + ' but did not return more information'];
  const details = { causes: [{ reason: 'UnexpectedServerResponse', message: text.trim() || 'unknown' }], ...(retryAfter > 0 ? { retryAfterSeconds: retryAfter } : {}) };
  return new StatusError(code, reason, `${words} (${r.method.toLowerCase()} ${r.path.split('?')[0]})`, details);
}

function parse(text: string): Status | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const o = JSON.parse(text) as Status;
    return o.kind === 'Status' ? o : undefined;
  } catch {
    return undefined; // a proxy's page that only begins like JSON
  }
}
