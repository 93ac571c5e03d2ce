import { readFileSync } from 'node:fs';
import https from 'node:https';
import { parse } from 'yaml';

/** The little of an API client that the kill loop needs; reads the current context of a kubeconfig file. */
export class Api {
  constructor(kubeconfig, sockets) {
    const config = parse(readFileSync(kubeconfig, 'utf8'));
    const named = (list, name) => list.find((x) => x.name === name);
    const context = named(config.contexts, config['current-context']).context;
    const cluster = named(config.clusters, context.cluster).cluster;
    const user = named(config.users, context.user).user;
    const data = (o, key) => (o[`${key}-data`] ? Buffer.from(o[`${key}-data`], 'base64') : o[key] ? readFileSync(o[key]) : undefined);
    this.server = new URL(cluster.server);
    this.headers = user.token ? { authorization: `Bearer ${user.token}` } : {};
    const tls = {
      ca: data(cluster, 'certificate-authority'),
      cert: data(user, 'client-certificate'),
      key: data(user, 'client-key'),
      rejectUnauthorized: !cluster['insecure-skip-tls-verify'],
    };
    this.agent = new https.Agent({ keepAlive: true, maxSockets: sockets, ...tls });
    this.watchAgent = new https.Agent(tls);
  }

  /** Rejects when there is no complete answer. */
  request(method, path, body) {
    return new Promise((resolve, reject) => {
      const text = body && JSON.stringify(body);
      const headers = { ...this.headers, accept: 'application/json', ...(text && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }) };
      const req = https.request(new URL(path, this.server), { method, headers, agent: this.agent }, (res) => {
        const chunks = [];
        res.on('data', (d) => chunks.push(d));
        res.on('error', reject);
        res.on('close', () => {
          if (!res.complete) return reject(new Error('the connection broke'));
          const answer = Buffer.concat(chunks).toString();
          resolve({ code: res.statusCode, body: /json/.test(res.headers['content-type'] ?? '') ? JSON.parse(answer) : answer });
        });
      });
      req.on('error', reject);
      req.end(text);
    });
  }

  /** Hands over events until the connection ends; a promise for that, with stop(). */
  watch(path, event) {
    let req;
    const done = new Promise((resolve) => {
      req = https.request(new URL(path, this.server), { headers: { ...this.headers, accept: 'application/json' }, agent: this.watchAgent }, (res) => {
        let rest = '';
        res.setEncoding('utf8');
        res.on('data', (d) => {
          const lines = (rest + d).split('\n');
          rest = lines.pop();
          for (const line of lines) event(JSON.parse(line));
        });
        res.on('error', () => {});
        res.on('close', resolve);
      });
      req.on('error', () => resolve());
      req.end();
    });
    done.stop = () => req.destroy();
    return done;
  }

  close() {
    this.agent.destroy();
    this.watchAgent.destroy();
  }
}
