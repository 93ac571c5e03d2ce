/** A certificate and its private key, PEM. */
export interface KeyPair {
  cert: string;
  key: string;
}

/** Whom a request wants a certificate for. */
export interface Asked {
  commonName: string;
  organizations: readonly string[];
  dns: readonly string[];
  ips: readonly string[];
  emails: readonly string[];
  uris: readonly string[];
}

type Policy = (asked: Asked, usages: readonly string[]) => string | undefined;

/** Why a certificate must not be issued, by the names of the signers that the cluster is itself; undefined: it may. */
export const SIGNERS: ReadonlyMap<string, Policy> = new Map<string, Policy>([
  ['kubernetes.io/kube-apiserver-client', (_, usages) => clientUsages(usages)],
  [
    'kubernetes.io/kube-apiserver-client-kubelet',
    (a, usages) => notOfNodes(a) ?? unwanted(a, ['dns', 'emails', 'ips', 'uris']) ?? notNamedAsNode(a) ?? exactUsages(usages, 'client auth'),
  ],
  [
    'kubernetes.io/kubelet-serving',
    (a, usages) =>
      notOfNodes(a) ??
      (a.dns.length + a.ips.length === 0 ? 'DNS or IP subjectAltName is required' : undefined) ??
      unwanted(a, ['emails', 'uris']) ??
      exactUsages(usages, 'server auth') ??
      notNamedAsNode(a),
  ],
  ['kubernetes.io/legacy-unknown', () => undefined],
]);

function clientUsages(usages: readonly string[]): string | undefined {
  const other = usages.find((u) => !['digital signature', 'key encipherment', 'client auth'].includes(u));
  if (other !== undefined) return `invalid usage for client certificate: ${other}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}

/** Key encipherment is only of use to RSA keys. */
function exactUsages(usages: readonly string[], purpose: string): string | undefined {
  const given = [...new Set(usages)].filter((u) => u !== 'key encipherment').sort();
  const wanted = ['digital signature', purpose].sort();
  return given.join() === wanted.join() ? undefined : `usages did not match [${[...wanted, 'key encipherment'].sort().join(' ')}]`;
}

const notOfNodes = (a: Asked): string | undefined => (a.organizations.length === 1 && a.organizations[0] === 'system:nodes' ? undefined : 'subject organization is not system:nodes');
const notNamedAsNode = (a: Asked): string | undefined => (a.commonName.startsWith('system:node:') ? undefined : 'subject common name does not begin with system:node:');

const WORDS = { dns: 'DNS', emails: 'Email', ips: 'IP', uris: 'URI' };

function unwanted(a: Asked, kinds: readonly (keyof typeof WORDS)[]): string | undefined {
  const found = kinds.find((k) => a[k].length > 0);
  return found && `${WORDS[found]} subjectAltNames are not allowed`;
}
