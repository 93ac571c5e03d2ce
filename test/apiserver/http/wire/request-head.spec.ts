import { describe, expect, it } from 'vitest';
import { readHead } from '../../../../src/apiserver/http/wire/request-head';

const head = (...lines: string[]): Buffer => Buffer.from(lines.join('\r\n') + '\r\n\r\n', 'latin1');
const get = (...headers: string[]): Buffer => head('GET /api/v1/pods?limit=5 HTTP/1.1', 'Host: x', ...headers);

describe('the head of a request', () => {
  it('is read when it is plain', () => {
    const bytes = get('Accept: application/json', 'X-Empty:', 'Authorization: Bearer a:b');
    expect(readHead(Buffer.concat([bytes, Buffer.from('rest')]))).toEqual({
      method: 'GET',
      url: '/api/v1/pods?limit=5',
      lines: 'Host: x\r\nAccept: application/json\r\nX-Empty:\r\nAuthorization: Bearer a:b\r\n',
      contentLength: 0,
      end: bytes.length,
    });
  });

  it('knows the length of the body', () => {
    expect(readHead(head('POST / HTTP/1.1', 'host: x', 'content-LENGTH:  12 '))).toMatchObject({ method: 'POST', contentLength: 12 });
    expect(readHead(head('PUT / HTTP/1.1', 'host: x', 'Content-Length: 3145728'))).toMatchObject({ contentLength: 3145728 });
  });

  it('is awaited as long as it may become one', () => {
    const whole = get('Accept: */*');
    for (let i = 1; i < whole.length; i++) expect(readHead(whole.subarray(0, i)), `the first ${i} bytes`).toBe('partial');
  });

  it('keeps what it found out about lines that come again', () => {
    const first = readHead(head('POST /a HTTP/1.1', 'Host: x', 'Content-Length: 7'));
    expect(first).toMatchObject({ contentLength: 7 });
    expect(readHead(head('POST /b HTTP/1.1', 'Host: x', 'Content-Length: 7'), first as never)).toMatchObject({ url: '/b', contentLength: 7 });
    expect(readHead(head('POST /b HTTP/1.1', 'Host: x', 'Content-Length: 8'), first as never)).toMatchObject({ contentLength: 8 });
  });

  it.each([
    ['another version', head('GET / HTTP/1.0', 'Host: x')],
    ['HTTP/2', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
    ['another method', head('OPTIONS / HTTP/1.1', 'Host: x')],
    ['a method in lower case', head('get / HTTP/1.1', 'Host: x')],
    ['no path', head('GET http://x/ HTTP/1.1', 'Host: x')],
    ['a space in the path', head('GET /a b HTTP/1.1', 'Host: x')],
    ['a path beyond ASCII', head('GET /\u00e9 HTTP/1.1', 'Host: x')],
    ['a fragment', head('GET /#a HTTP/1.1', 'Host: x')],
    ['two spaces', head('GET  / HTTP/1.1', 'Host: x')],
    ['no host', head('GET / HTTP/1.1', 'Accept: x')],
    ['two hosts', get('Host: y')],
    ['no headers at all', head('GET / HTTP/1.1')],
    ['a folded header', get('A: b', ' c')],
    ['a header without a colon', get('Abc')],
    ['a header without a name', get(': b')],
    ['a space before the colon', get('A : b')],
    ['a name that is no token', get('A(: b')],
    ['a bare line feed', get('A: b\nC: d')],
    ['a bare carriage return', get('A: b\rC: d')],
    ['a null in a value', get('A: \0')],
    ['a chunked body', get('Transfer-Encoding: chunked')],
    ['an upgrade', get('Connection: Upgrade', 'Upgrade: websocket')],
    ['an upgrade alone', get('UPGRADE: websocket')],
    ['a connection that shall close', get('Connection: close')],
    ['an expectation', get('Expect: 100-continue')],
    ['a trailer', get('Trailer: a')],
    ['two lengths', get('Content-Length: 1', 'Content-Length: 1')],
    ['a negative length', get('Content-Length: -1')],
    ['a signed length', get('Content-Length: +1')],
    ['an empty length', get('Content-Length:')],
    ['a list of lengths', get('Content-Length: 1, 1')],
    ['a hexadecimal length', get('Content-Length: 0x1')],
    ['a length beyond the limit', get('Content-Length: 3145729')],
    ['a very long length', get('Content-Length: 00000001')],
    ['something that is not HTTP', Buffer.from('\x16\x03\x01\x02')],
    ['an endless head', Buffer.concat([Buffer.from('GET / HTTP/1.1\r\nA: '), Buffer.alloc(1 << 20, 'a')])],
  ])('is left to others: %s', (_what, bytes) => {
    expect(readHead(bytes)).toBe('other');
  });

  it('may say that the connection stays', () => {
    expect(readHead(get('Connection: keep-alive'))).toMatchObject({ url: '/api/v1/pods?limit=5' });
  });
});
