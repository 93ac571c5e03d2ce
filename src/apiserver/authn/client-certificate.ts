import type { TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import type { UserInfo } from '../registry/strategy';
import type { Authentication, Authenticator } from './authenticator';
import { authenticated } from './authenticator';

const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';

/**
 * Knows users by the certificate of their TLS connection: CN is the name, every O a group, provided that the listener's client CA
 * signed it. The certificate is read once per connection.
 */
export class ClientCertificates implements Authenticator {
  private readonly known = new WeakMap<Socket, { result: Authentication }>();

  authenticate(c: { socket: Socket }): Authentication {
    let known = this.known.get(c.socket);
    if (!known) this.known.set(c.socket, (known = { result: read(c.socket as TLSSocket) }));
    return known.result;
  }
}

function read(socket: TLSSocket): Authentication {
  const certificate = socket.encrypted ? socket.getPeerCertificate() : undefined;
  if (!certificate?.subject) return undefined;
  if (!socket.authorized) return 'invalid';
  const name = first(certificate.subject.CN);
  if (!name) return 'invalid';
  const user: UserInfo = {
    name,
    groups: list(certificate.subject.O),
    extra: { [CREDENTIAL_ID]: ['X509SHA256=' + certificate.fingerprint256.replaceAll(':', '').toLowerCase()] },
  };
  return authenticated(user);
}

/** Node gives a repeated attribute as an array, whatever its type says. */
function list(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function first(value: string | string[] | undefined): string | undefined {
  return list(value)[0];
}
