import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import type { Component, ComponentContext } from '../../client/component';
import { QueueComponent } from '../../client/queue-component';
import { CERTIFICATE_SIGNING_REQUESTS, gvrOf } from '../../client/resources';
import { exponentialDelay, WorkQueue } from '../../client/work-queue';
import { SIGNERS } from './signer-policy';
import type { SigningRequest } from './types';

const REVIEWS = gvrOf('authorization.k8s.io/v1/subjectaccessreviews');
const KUBELETS = 'kubernetes.io/kube-apiserver-client-kubelet';

/** What somebody must be allowed to create, and what is said when it is so. A node asks for itself, or somebody for a node. */
const SELF = { subresource: 'selfnodeclient', message: 'Auto approving self kubelet client certificate after SubjectAccessReview.' };
const OTHER = { subresource: 'nodeclient', message: 'Auto approving kubelet client certificate after SubjectAccessReview.' };

/** Approves requests for client certificates of kubelets, when those who ask are allowed to have them. */
export function createCsrApprovingController(x: ComponentContext): Component {
  const requests = x.caches.informer<SigningRequest>(CERTIFICATE_SIGNING_REQUESTS);

  const allowed = async (csr: SigningRequest, subresource: string): Promise<boolean> => {
    const { username, uid, groups, extra } = csr.spec;
    const resourceAttributes = { group: 'certificates.k8s.io', resource: 'certificatesigningrequests', verb: 'create', subresource, version: '*' };
    const review: KubeObject = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata: {}, spec: { user: username, uid, groups, extra, resourceAttributes } };
    return ((await x.client.create(REVIEWS, review))['status'] as { allowed?: boolean }).allowed === true;
  };
  return new QueueComponent({
    ...x,
    name: 'csr-approving-controller',
    queue: new WorkQueue(x.clock, (n) => exponentialDelay(n, 200)),
    setup: (queue) => {
      const add = (o: SigningRequest): void => {
        if (isOpen(o)) queue.add(o.metadata.name!);
      };
      return [requests.subscribe({ added: add, updated: add })];
    },
    async reconcile(name) {
      const csr = requests.get(name);
      if (!csr || !isOpen(csr)) return;
      // Seldom needed, and not cheap to load.
      const { parseRequest } = await import('./sign.js');
      const { asked } = parseRequest(Buffer.from(csr.spec.request, 'base64').toString());
      if (SIGNERS.get(KUBELETS)!(asked, csr.spec.usages ?? []) !== undefined) return;
      for (const { subresource, message } of csr.spec.username === asked.commonName ? [SELF, OTHER] : [OTHER]) {
        if (!(await allowed(csr, subresource))) continue;
        const approved = { type: 'Approved', status: 'True', reason: 'AutoApproved', message };
        try {
          await x.client.update<SigningRequest>(CERTIFICATE_SIGNING_REQUESTS, { ...csr, status: { ...csr.status, conditions: [...(csr.status.conditions ?? []), approved] } }, { subresource: 'approval' });
        } catch (e) {
          if (!isReason(e, 'NotFound')) throw e;
        }
        return;
      }
      throw new Error(`recognized csr "${name}" as a kubelet's but subject access review was not approved`);
    },
  });
}

/** For kubelets, and neither decided nor issued. */
function isOpen(o: SigningRequest): boolean {
  return o.spec.signerName === KUBELETS && !o.status.certificate && !o.status.conditions?.some((c) => c.type === 'Approved' || c.type === 'Denied');
}
