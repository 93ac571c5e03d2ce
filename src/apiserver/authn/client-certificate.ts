import type { TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import type { UserInfo } from '../registry/strategy';
import type { Authentication, Authenticator } from './authenticator';
import { authenticated } from './authenticator';

const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';

/** Certificates whose users are remembered; crowds of others are read anew, connection by connection. */
const REMEMBERED = 1000;

/**
 * Knows users by the certificate of their TLS connection: CN is the name, every O a group, provided that the listener's client CA
 * signed it. Looked at once per connection; the certificate is read once for all its connections, since that is a tenth of a handshake.
 */
export class ClientCertificates implements Authenticator {
  private readonly known = new WeakMap<Socket, { result: Authentication }>();
  private readonly users = new Map<string, UserInfo | 'invalid'>();

  authenticate(c: { socket: Socket }): Authentication {
    let known = this.known.get(c.socket);
    if (!known) this.known.set(c.socket, (known = { result: this.read(c.socket as TLSSocket) }));
    return known.result;
  }

  private read(socket: TLSSocket): Authentication {
    const print = socket.encrypted ? socket.getPeerX509Certificate()?.fingerprint256 : undefined;
    if (print === undefined) return undefined;
    // Whether it is valid is a matter of this connection's time: OpenSSL checked it in the handshake.
    if (!socket.authorized) return 'invalid';
    let user = this.users.get(print);
    if (user === undefined) {
      if (this.users.size >= REMEMBERED) this.users.clear();
      this.users.set(print, (user = userOf(socket, print)));
    }
    return user;
  }
}

function userOf(socket: TLSSocket, print: string): UserInfo | 'invalid' {
  const { subject } = socket.getPeerCertificate();
  const name = first(subject.CN);
  if (!name) return 'invalid';
  return authenticated({
    name,
    groups: list(subject.O),
    extra: { [CREDENTIAL_ID]: ['X509SHA256=' + print.replaceAll(':', '').toLowerCase()] },
  });
}

/** Node gives a repeated attribute as an array, whatever its type says. */
function list(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function first(value: string | string[] | undefined): string | undefined {
  return list(value)[0];
}
