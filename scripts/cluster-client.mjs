// Reads JSON from a running server: what the comparing scripts share.
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { parse } from 'yaml';

/** A function that fetches a path of the kubeconfig's current cluster as JSON, or a text that says why not. */
export function clusterClient(kubeconfig) {
  const config = parse(readFileSync(kubeconfig, 'utf8'));
  const context = config.contexts.find((c) => c.name === config['current-context']).context;
  const cluster = config.clusters.find((c) => c.name === context.cluster).cluster;
  const user = config.users.find((u) => u.name === context.user).user;
  const pem = (o, name) => (o[`${name}-data`] ? Buffer.from(o[`${name}-data`], 'base64') : o[name] ? readFileSync(o[name]) : undefined);
  const tls = { ca: pem(cluster, 'certificate-authority'), cert: pem(user, 'client-certificate'), key: pem(user, 'client-key') };
  return (path, accept = 'application/json') =>
    new Promise((resolve, reject) => {
      const headers = { accept, ...(user.token ? { authorization: `Bearer ${user.token}` } : {}) };
      get(cluster.server + path, { ...tls, headers }, (m) => {
        let text = '';
        m.on('data', (d) => (text += d));
        m.on('end', () => resolve(m.statusCode === 200 ? JSON.parse(text) : `HTTP ${m.statusCode}: ${text.slice(0, 200)}`));
      }).on('error', reject);
    });
}
