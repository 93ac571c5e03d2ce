// Valid objects to begin with, and where their kinds are served.
import { webcrypto } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { parseAllDocuments } from 'yaml';

async function signingRequest() {
  x509.cryptoProvider.set(webcrypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({ name: 'CN=fuzz', keys, signingAlgorithm: algorithm });
  return Buffer.from(request.toString('pem') + '\n').toString('base64');
}

/** All objects in seeds/, their place for the namespace filled in. */
export async function readSeeds(namespace) {
  const folder = join(import.meta.dirname, 'seeds');
  const csr = await signingRequest();
  return readdirSync(folder).flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8').replaceAll('$ns', namespace).replaceAll('$csr', csr);
    return parseAllDocuments(text).map((d) => d.toJS());
  });
}

/** The resources of a server by "apiVersion kind": path of the collection for a namespace, verbs, and subresources with their verbs. */
export async function discover(client) {
  const out = new Map();
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  for (const root of ['/api', '/apis']) {
    const { items } = JSON.parse((await client.send({ method: 'GET', path: root, headers: { accept } })).body);
    for (const group of items) for (const version of group.versions) for (const r of version.resources) addResource(out, group.metadata?.name ?? '', version.version, r);
  }
  return out;
}

function addResource(out, group, version, r) {
  const apiVersion = group ? `${group}/${version}` : version;
  const prefix = group ? `/apis/${apiVersion}` : `/api/${version}`;
  const subresources = Object.fromEntries((r.subresources ?? []).map((s) => [s.subresource, s.verbs]));
  const collection = (ns) => (r.scope === 'Namespaced' ? `${prefix}/namespaces/${ns}/${r.resource}` : `${prefix}/${r.resource}`);
  out.set(`${apiVersion} ${r.responseKind.kind}`, { apiVersion, kind: r.responseKind.kind, plural: r.resource, namespaced: r.scope === 'Namespaced', verbs: r.verbs, subresources, collection });
}
