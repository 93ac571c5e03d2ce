import { readCertificateRequest } from '../../api/x509/certificate-request';
import type { ResourceDefinition } from '../registry/strategy';
import type { AdmissionPlugin, AdmissionRequest, Operation } from './admission';
import { refusal } from './refusal';

const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';

/** CertificateSubjectRestriction: nobody gets a client certificate of the group system:masters by asking for it. */
export class CertificateSubjectRestriction implements AdmissionPlugin {
  readonly name = 'CertificateSubjectRestriction';

  handles(d: ResourceDefinition, operation: Operation, subresource: string | undefined): boolean {
    return d.gvk.group === 'certificates.k8s.io' && d.plural === 'certificatesigningrequests' && operation === 'CREATE' && subresource === undefined;
  }

  validate(r: AdmissionRequest): void {
    const spec = r.object!['spec'] as { signerName?: string; request?: string };
    if (spec.signerName !== CLIENT_SIGNER) return;
    if (organizationsOf(r, spec.request).includes('system:masters')) throw refusal(r, `use of ${CLIENT_SIGNER} signer with system:masters group is not allowed`);
  }
}

function organizationsOf(r: AdmissionRequest, request: string | undefined): readonly string[] {
  try {
    return readCertificateRequest(request).organizations;
  } catch (e) {
    throw refusal(r, `failed to parse CSR: ${(e as Error).message}`);
  }
}
