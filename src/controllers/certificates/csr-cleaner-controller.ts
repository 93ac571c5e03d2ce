import { X509Certificate } from 'node:crypto';
import { isReason } from '../../api/errors/status-error';
import { parseTime } from '../../api/meta/time';
import type { Component, ComponentContext } from '../../client/component';
import { QueueComponent } from '../../client/queue-component';
import { CERTIFICATE_SIGNING_REQUESTS } from '../../client/resources';
import type { SigningRequest } from './types';

const HOUR = 3600_000;
/** What is decided is kept an hour, what waits for someone a day. */
const DECIDED = HOUR;
const PENDING = 24 * HOUR;

/** Deletes CertificateSigningRequests that nobody needs any more. */
export function createCsrCleanerController(x: ComponentContext): Component {
  const requests = x.caches.informer<SigningRequest>(CERTIFICATE_SIGNING_REQUESTS);
  return new QueueComponent({
    ...x,
    name: 'csr-cleaner-controller',
    setup: (queue) => {
      const add = (o: SigningRequest): void => queue.add(o.metadata.name!);
      return [requests.subscribe({ added: add, updated: add })];
    },
    async reconcile(name) {
      const csr = requests.get(name);
      const left = csr ? endOf(csr) - x.clock.now() : Infinity;
      if (left === Infinity) return;
      if (left > 0) return { after: left };
      try {
        await x.client.delete(CERTIFICATE_SIGNING_REQUESTS, undefined, name, { preconditions: { uid: csr!.metadata.uid } });
      } catch (e) {
        if (!isReason(e, 'NotFound', 'Conflict')) throw e;
      }
    },
  });
}

/** When it is to go, milliseconds since the epoch. */
function endOf(o: SigningRequest): number {
  const conditions = o.status.conditions ?? [];
  const { certificate } = o.status;
  if (conditions.length === 0) return later(o.metadata.creationTimestamp, PENDING);
  const ends = conditions.map((c) => {
    if (c.type === 'Denied' || c.type === 'Failed') return later(c.lastUpdateTime, DECIDED);
    return c.type === 'Approved' ? later(c.lastUpdateTime, certificate ? DECIDED : PENDING) : Infinity;
  });
  if (certificate && conditions.some((c) => c.type === 'Approved')) ends.push(expiryOf(Buffer.from(certificate, 'base64').toString()));
  return Math.min(...ends);
}

const later = (time: string | undefined, ms: number): number => (time ? parseTime(time) + ms : Infinity);

/** Signers may put anything there. */
function expiryOf(pem: string): number {
  try {
    return Date.parse(new X509Certificate(pem).validTo);
  } catch {
    return Infinity;
  }
}
