import { isReason } from '../../api/errors/status-error';
import { formatTime } from '../../api/meta/time';
import type { Component, ComponentContext } from '../../client/component';
import { QueueComponent } from '../../client/queue-component';
import { CERTIFICATE_SIGNING_REQUESTS } from '../../client/resources';
import { exponentialDelay, WorkQueue } from '../../client/work-queue';
import type { KeyPair } from './signer-policy';
import { SIGNERS } from './signer-policy';
import type { SigningRequest } from './types';

/** Most and least that a certificate is valid, milliseconds. */
const MOST = 365 * 24 * 3600_000;
const LEAST = 600_000;

/** Issues certificates for approved requests to the cluster's own signers. */
export function createCsrSigningController(x: ComponentContext, authority: KeyPair): Component {
  const requests = x.caches.informer<SigningRequest>(CERTIFICATE_SIGNING_REQUESTS);

  const handle = async (csr: SigningRequest): Promise<SigningRequest['status']> => {
    // Seldom needed, and not cheap to load.
    const { parseRequest, sign } = await import('./sign.js');
    const { request, asked } = parseRequest(Buffer.from(csr.spec.request, 'base64').toString());
    const usages = csr.spec.usages ?? [];
    const why = SIGNERS.get(csr.spec.signerName)!(asked, usages);
    const now = x.clock.now();
    if (why !== undefined) {
      const time = formatTime(now);
      const failed = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message: why, lastUpdateTime: time, lastTransitionTime: time };
      return { ...csr.status, conditions: [...(csr.status.conditions ?? []), failed] };
    }
    const { expirationSeconds } = csr.spec;
    const ttl = expirationSeconds === undefined ? MOST : Math.min(MOST, Math.max(LEAST, expirationSeconds * 1000));
    const pem = await sign(authority, request, { usages, ttl, now, serial: `1${x.random.uuid().replaceAll('-', '').slice(1)}` });
    return { ...csr.status, certificate: Buffer.from(pem).toString('base64') };
  };
  return new QueueComponent({
    ...x,
    name: 'csr-signing-controller',
    queue: new WorkQueue(x.clock, (n) => exponentialDelay(n, 200)),
    setup: (queue) => {
      const add = (o: SigningRequest): void => {
        if (isWaiting(o)) queue.add(o.metadata.name!);
      };
      return [requests.subscribe({ added: add, updated: add })];
    },
    async reconcile(name) {
      const csr = requests.get(name);
      if (!csr || !isWaiting(csr)) return;
      try {
        await x.client.update<SigningRequest>(CERTIFICATE_SIGNING_REQUESTS, { ...csr, status: await handle(csr) }, { subresource: 'status' });
      } catch (e) {
        if (!isReason(e, 'NotFound')) throw e;
      }
    },
  });
}

/** Approved, for one of our signers, and neither issued nor failed. */
function isWaiting(o: SigningRequest): boolean {
  const has = (type: string): boolean => o.status.conditions?.some((c) => c.type === type && c.status !== 'False') ?? false;
  return SIGNERS.has(o.spec.signerName) && !o.status.certificate && has('Approved') && !has('Denied') && !has('Failed');
}
