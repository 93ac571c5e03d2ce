import { describe, expect, it } from 'vitest';
import { CertificateSubjectRestriction } from '../../../src/apiserver/admission/certificate-subject-restriction';
import { PersistentVolumeClaimResize } from '../../../src/apiserver/admission/claim-resize';
import { DefaultIngressClass } from '../../../src/apiserver/admission/default-ingress-class';
import { clusterObject, refusalOf, request, run } from './support';

describe('PersistentVolumeClaimResize', () => {
  const world = { storageclasses: [clusterObject('grows', { allowVolumeExpansion: true }), clusterObject('stays')] };
  const claim = (storage: string, storageClassName?: string, phase = 'Bound'): object => ({ spec: { storageClassName, resources: { requests: { storage } } }, status: { phase } });
  const grow = (to: string, storageClass?: string, phase?: string) =>
    refusalOf(new PersistentVolumeClaimResize(), request(world, { plural: 'persistentvolumeclaims', operation: 'UPDATE', object: claim(to, storageClass, phase), old: claim('1Gi', storageClass, phase) }));

  it('lets bound claims grow where the class allows it', async () => {
    expect(await grow('2Gi', 'grows')).toBe('');
    expect(await grow('1Gi', 'stays')).toBe('');
    expect(await grow('2Gi', 'grows', 'Pending')).toBe('persistentvolumeclaims "x" is forbidden: Only bound persistent volume claims can be expanded');
    for (const c of ['stays', 'none', undefined]) expect(await grow('2Gi', c)).toContain('only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize');
  });
});

describe('DefaultIngressClass', () => {
  const annotations = { 'ingressclass.kubernetes.io/is-default-class': 'true' };
  const world = {
    ingressclasses: [
      clusterObject('old', {}, { annotations, creationTimestamp: '2026-01-01T00:00:00Z' }),
      clusterObject('new', {}, { annotations, creationTimestamp: '2026-01-02T00:00:00Z' }),
      clusterObject('newer', {}, { creationTimestamp: '2026-01-03T00:00:00Z' }),
    ],
  };

  it('chooses the newest default unless a class is named', async () => {
    const named = async (object: object): Promise<unknown> => {
      const r = request(world, { plural: 'ingresses', object });
      await run(new DefaultIngressClass(), r);
      return r.object['spec'].ingressClassName;
    };
    expect(await named({ spec: {} })).toBe('new');
    expect(await named({ spec: { ingressClassName: 'mine' } })).toBe('mine');
    expect(await named({ spec: {}, metadata: { annotations: { 'kubernetes.io/ingress.class': 'nginx' } } })).toBeUndefined();
  });
});

/** A certificate request of /O=system:masters/CN=root. */
const MASTERS =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIaU1JR0tBZ0VBTUNneEZ6QVZCZ05WQkFvTURuTjVjM1JsYlRwdFlYTjBaWEp6TVEwd0N3WURWUVFEREFSeQpiMjkw' +
  'TUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFci9wdmdZOG16S25Gc3FWN21RbnFxaERNCldGY3FERFFpQWllRlJQc3JiNkdRb0p5RlRqNGlqWEVOb0xUcU13dTZ2TlF3' +
  'aVlpd1Y5SlZaclVnLzR4dGk2QUEKTUFvR0NDcUdTTTQ5QkFNQ0EwY0FNRVFDSUIvQlIraHZSM3VYV3F0ZTZJQUJHdFFBQmY0VDhIdlJUWWsrVU9tVgpFTnBQQWlCcm1YKzNLYVpEZ09a' +
  'R21Cck9JalV5QUFjZDBscW5DQmNzQVE0VWhmS0pjUT09Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=';

describe('CertificateSubjectRestriction', () => {
  const ask = (signerName: string, csr: string) => refusalOf(new CertificateSubjectRestriction(), request({}, { plural: 'certificatesigningrequests', object: { spec: { signerName, request: csr } } }));

  it('refuses client certificates of the masters, and requests it cannot read', async () => {
    const who = 'certificatesigningrequests.certificates.k8s.io "x" is forbidden';
    expect(await ask('kubernetes.io/kube-apiserver-client', MASTERS)).toBe(`${who}: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed`);
    expect(await ask('kubernetes.io/kube-apiserver-client', 'AAAA')).toBe(`${who}: failed to parse CSR: PEM block type must be CERTIFICATE REQUEST`);
    expect(await ask('example.com/mine', MASTERS)).toBe('');
  });
});
