import { constants } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { DEFAULT_CIPHERS } from 'node:tls';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../util/clock';
import { HEAD_TIMEOUT, IDLE_TIMEOUT, MAX_HEAD } from './limits';
import type { WireServer } from './wire/wire-server';

/** PEM texts: the server's own certificate and key, and the CA whose client certificates are believed. */
export interface TlsMaterial {
  key: string | Buffer;
  cert: string | Buffer;
  ca: string | Buffer;
}

const LIMITS = {
  keepAliveTimeout: IDLE_TIMEOUT,
  headersTimeout: HEAD_TIMEOUT,
  // Bodies may come slowly; watches and streams are requests that never end.
  requestTimeout: 0,
  maxHeaderSize: MAX_HEAD,
  noDelay: true,
};

/**
 * What a connection is secured with. No session tickets: OpenSSL reads the client's certificate again for each of two of them, a third of
 * a handshake, and client-go never resumes. AES-128 first, as Go's servers prefer it.
 */
export function secureContext(tls: Partial<TlsMaterial>): SecureContextOptions {
  return { ...tls, minVersion: 'TLSv1.2', ciphers: `TLS_AES_128_GCM_SHA256:${DEFAULT_CIPHERS}`, secureOptions: constants.SSL_OP_NO_TICKET };
}

/**
 * A server for HTTPS, or for plain HTTP when `tls` is undefined. Client certificates are asked for, not required.
 * The material may be given later, with setSecureContext.
 */
export function makeServer(tls: Partial<TlsMaterial> | undefined, listener: RequestListener): Server {
  if (!tls) return createServer(LIMITS, listener);
  return createTlsServer({ ...LIMITS, ...secureContext(tls), handshakeTimeout: HEAD_TIMEOUT, requestCert: true, rejectUnauthorized: false }, listener);
}

/** Listens; `port` 0 takes a free one. @returns where it listens. @throws Error that says what is in the way */
export function listen(server: Server, port: number, host = '127.0.0.1'): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const failed = (e: Error): void => reject(listenError(e, port, host));
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** Says in one sentence why a server could not listen, and what to do about it. */
export function listenError(e: NodeJS.ErrnoException, port: number, host: string): Error {
  const where = `${host}:${port}`;
  if (e.code === 'EADDRINUSE') return new Error(`cannot listen on ${where}: the port is in use; stop what uses it or choose another port (0 takes a free one)`, { cause: e });
  if (e.code === 'EACCES') return new Error(`cannot listen on ${where}: not permitted; choose a port above 1023`, { cause: e });
  if (e.code === 'EADDRNOTAVAIL') return new Error(`cannot listen on ${where}: this machine has no such address`, { cause: e });
  return new Error(`cannot listen on ${where}: ${e.message}`, { cause: e });
}

/**
 * Stops a server: takes no new connections, closes idle ones, waits for the requests under way, and after `patience` milliseconds
 * breaks what is left.
 */
export function closeServer(server: Server, wire: WireServer, clock: Clock, patience: number): Promise<void> {
  return new Promise((resolve) => {
    wire.closeIdle();
    if (!server.listening) return resolve();
    const timer = clock.after(patience, () => {
      wire.closeAll();
      server.closeAllConnections();
    });
    server.close(() => {
      timer.dispose();
      resolve();
    });
    server.closeIdleConnections();
  });
}

export type Handle = (req: IncomingMessage, res: ServerResponse) => void;
