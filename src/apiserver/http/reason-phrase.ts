import { STATUS_CODES } from 'node:http';

/** Go's text of a status code, for the status line: clients print it. It is Node's but for this one. */
export function reasonPhrase(code: number): string {
  return code === 413 ? 'Request Entity Too Large' : (STATUS_CODES[code] ?? 'Unknown');
}
