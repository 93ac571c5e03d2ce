import { MAX_BODY, MAX_HEAD } from '../limits';

/** The line and headers of a request in its plainest form. */
export interface RequestHead {
  method: string;
  url: string;
  /** Header lines, each ending in CRLF. */
  lines: string;
  /** Bytes of body that follow. */
  contentLength: number;
  /** Where the body begins. */
  end: number;
}

const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
const VERSION = ' HTTP/1.1';
const SPACE = 32;
const TAB = 9;
const COLON = 58;
const DELETE = 127;

/**
 * Reads the head of a request that begins at the start of `bytes`. Only what every client sends every day is read: HTTP/1.1, the usual
 * methods, a Content-Length or no body, a connection that stays open. @returns 'partial' while more bytes are needed; 'other' for
 * everything else, right or wrong, which is for Node's HTTP parser to judge. `last`: the head before on the same connection, whose lines
 * mostly come again and need no second look
 */
export function readHead(bytes: Buffer, last?: RequestHead): RequestHead | 'partial' | 'other' {
  const size = bytes.indexOf('\r\n\r\n', 0, 'latin1');
  if (size < 0) return bytes.length > MAX_HEAD || !mayBegin(bytes) ? 'other' : 'partial';
  if (size > MAX_HEAD) return 'other';
  const text = bytes.toString('latin1', 0, size + 2);
  const line = text.indexOf('\r\n');
  const space = text.indexOf(' ');
  const method = text.slice(0, space);
  if (!METHODS.has(method) || text.charCodeAt(space + 1) !== 47 || !text.startsWith(VERSION, line - VERSION.length)) return 'other';
  const url = text.slice(space + 1, line - VERSION.length);
  if (!isTarget(url)) return 'other';
  const head: RequestHead = { method, url, lines: text.slice(line + 2), contentLength: 0, end: size + 4 };
  if (last?.lines === head.lines) head.contentLength = last.contentLength;
  else if (!checkLines(head)) return 'other';
  return head;
}

/** Whether bytes without an end of head are worth waiting for: a method and a space, as far as they have come. */
function mayBegin(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 7);
  for (const m of METHODS) if (start.startsWith(`${m} `) || `${m} `.startsWith(start)) return true;
  return false;
}

function isTarget(url: string): boolean {
  for (let i = 0; i < url.length; i++) {
    const c = url.charCodeAt(i);
    if (c <= SPACE || c >= DELETE || c === 35) return false;
  }
  return true;
}

/** Reads Content-Length and finds out whether anything needs the full protocol. */
function checkLines(head: RequestHead): boolean {
  const { lines } = head;
  let hosts = 0;
  let lengths = 0;
  for (let at = 0; at < lines.length; ) {
    const end = lines.indexOf('\r\n', at);
    let colon = at;
    for (; colon < end; colon++) {
      const c = lines.charCodeAt(colon);
      if (c === COLON) break;
      if (!isTokenChar(c)) return false;
    }
    if (colon === at || colon >= end) return false;
    for (let i = colon + 1; i < end; i++) {
      const c = lines.charCodeAt(i);
      if ((c < SPACE && c !== TAB) || c === DELETE) return false;
    }
    switch (colon - at) {
      case 4:
        if (isName(lines, at, 'host')) hosts++;
        break;
      case 6:
        if (isName(lines, at, 'expect')) return false;
        break;
      case 7:
        if (isName(lines, at, 'upgrade') || isName(lines, at, 'trailer')) return false;
        break;
      case 10:
        if (isName(lines, at, 'connection') && lines.slice(colon + 1, end).trim().toLowerCase() !== 'keep-alive') return false;
        break;
      case 14:
        if (isName(lines, at, 'content-length')) {
          head.contentLength = digits(lines, colon + 1, end);
          if (head.contentLength < 0 || lengths++) return false;
        }
        break;
      case 17:
        if (isName(lines, at, 'transfer-encoding')) return false;
        break;
    }
    at = end + 2;
  }
  return hosts === 1;
}

/** A number of decimal digits, at most MAX_BODY; otherwise -1. */
function digits(s: string, start: number, end: number): number {
  while (start < end && s.charCodeAt(start) === SPACE) start++;
  while (end > start && s.charCodeAt(end - 1) === SPACE) end--;
  if (start === end || end - start > 7) return -1;
  let n = 0;
  for (let i = start; i < end; i++) {
    const d = s.charCodeAt(i) - 48;
    if (d < 0 || d > 9) return -1;
    n = n * 10 + d;
  }
  return n <= MAX_BODY ? n : -1;
}

function isName(s: string, at: number, lower: string): boolean {
  for (let i = 0; i < lower.length; i++) {
    const c = s.charCodeAt(at + i);
    const l = lower.charCodeAt(i);
    if (c !== l && !(c === l - 32 && l >= 97)) return false;
  }
  return true;
}

/** What a header's name may be made of (RFC 9110, token). */
const TOKEN = new Uint8Array(128);
for (const c of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") TOKEN[c.charCodeAt(0)] = 1;

function isTokenChar(c: number): boolean {
  return c < 128 && TOKEN[c] === 1;
}

