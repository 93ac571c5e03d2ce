import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../src/client/client';
import type { Component } from '../../src/client/component';
import { CERTIFICATE_SIGNING_REQUESTS } from '../../src/client/resources';
import { createCsrApprovingController } from '../../src/controllers/certificates/csr-approving-controller';
import type { SigningRequest } from '../../src/controllers/certificates/types';
import type { Plane } from '../client/plane';
import { startPlane } from '../client/plane';

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

describe('approval of certificate signing requests', () => {
  let plane: Plane;
  let admin: Client;
  let controller: Component;
  beforeEach(async () => {
    plane = await startPlane();
    admin = plane.contexts.client('admin', 'tests', ['system:masters']);
    controller = createCsrApprovingController(plane.contexts.of('system:serviceaccount:kube-system:certificate-controller', 'kube-controller-manager'));
    await controller.start(new AbortController().signal);
  });
  afterEach(async () => {
    await controller.stop();
    await plane.stop();
  });

  const ask = async (client: Client, name: string, subject: string, signerName: string): Promise<void> => {
    const keys = (await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify'])) as never;
    const csr = await x509.Pkcs10CertificateRequestGenerator.create({ name: subject, keys, signingAlgorithm: EC as never }, webcrypto as never);
    const spec = { request: Buffer.from(`${csr.toString('pem')}\n`).toString('base64'), signerName, usages: ['digital signature', 'client auth'] };
    await client.create(CERTIFICATE_SIGNING_REQUESTS, { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name }, spec });
  };
  /** The decision, as soon as there is one on `last`, which was asked for last. */
  const decided = async (last: string): Promise<Map<string, string>> => {
    for (let i = 0; i < 1000; i++) {
      const all = (await admin.list<SigningRequest>(CERTIFICATE_SIGNING_REQUESTS)).items;
      const found = new Map(all.map((o) => [o.metadata.name!, o.status.conditions?.map((c) => `${c.type} ${c.reason}: ${c.message}`).join() ?? '']));
      if (found.get(last)) return found;
      await new Promise((r) => setTimeout(r, 10));
    }
    throw new Error(`nothing is decided about ${last}`);
  };

  it('lets kubelets and their administrators have client certificates, and nothing else', async () => {
    const kubelet = plane.contexts.client('system:node:n1', 'kubelet', ['system:nodes']);
    const signer = 'kubernetes.io/kube-apiserver-client-kubelet';
    await ask(admin, 'no-node', 'O=team, CN=jane', signer);
    await ask(admin, 'other-signer', 'O=system:nodes, CN=system:node:n1', 'kubernetes.io/kube-apiserver-client');
    await ask(kubelet, 'self', 'O=system:nodes, CN=system:node:n1', signer);
    await ask(admin, 'for-it', 'O=system:nodes, CN=system:node:n1', signer);
    await decided('self');
    expect(Object.fromEntries(await decided('for-it'))).toEqual({
      'no-node': '',
      'other-signer': '',
      self: 'Approved AutoApproved: Auto approving self kubelet client certificate after SubjectAccessReview.',
      'for-it': 'Approved AutoApproved: Auto approving kubelet client certificate after SubjectAccessReview.',
    });
  });
});
