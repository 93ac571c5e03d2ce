import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { RunningCluster } from '../../src/cluster/cluster';

type Kubeconfig = RunningCluster['kubeconfig'];

/** Whom a request comes from: the client certificate of the kubeconfig, a bearer token, or nobody. */
export type As = 'certificate' | 'nobody' | { token: string };

/** Speaks to a cluster with what is in its kubeconfig, and believes nobody but its authority. */
export class Visitor {
  private readonly server: string;
  private readonly tls: { ca: Buffer; cert: Buffer; key: Buffer };
  /** The bearer token of the kubeconfig. */
  readonly token: string;

  constructor(kubeconfig: Kubeconfig) {
    const cluster = kubeconfig.clusters[0]!['cluster'] as Record<string, string>;
    const [byCertificate, byToken] = kubeconfig.users.map((u) => u['user'] as Record<string, string>) as [Record<string, string>, Record<string, string>];
    const bytes = (text: string | undefined): Buffer => Buffer.from(text!, 'base64');
    this.server = cluster['server']!;
    this.tls = { ca: bytes(cluster['certificate-authority-data']), cert: bytes(byCertificate['client-certificate-data']), key: bytes(byCertificate['client-key-data']) };
    this.token = byToken['token']!;
  }

  async text(method: string, path: string, as: As = 'certificate', body?: object, headers?: Record<string, string>): Promise<{ code: number; body: string }> {
    const res = await this.open(method, path, as, body, headers);
    let text = '';
    for await (const chunk of res.setEncoding('utf8')) text += chunk;
    return { code: res.statusCode!, body: text };
  }

  async json(method: string, path: string, body?: object, as: As = 'certificate', headers?: Record<string, string>): Promise<{ code: number; body: unknown }> {
    const { code, body: text } = await this.text(method, path, as, body, headers);
    return { code, body: JSON.parse(text) };
  }

  /** The answer as soon as its head is there. The caller reads or destroys it. */
  open(method: string, path: string, as: As = 'certificate', body?: object, more: Record<string, string> = {}): Promise<IncomingMessage> {
    const { ca, cert, key } = this.tls;
    const headers: Record<string, string> = { ...(body ? { 'Content-Type': 'application/json' } : {}), ...more };
    if (typeof as === 'object') headers['Authorization'] = `Bearer ${as.token}`;
    return new Promise((resolve, reject) => {
      const req = request(`${this.server}${path}`, { method, headers, agent: false, ca, ...(as === 'certificate' ? { cert, key } : {}) }, resolve);
      req.on('error', reject);
      req.end(body && JSON.stringify(body));
    });
  }

  /** Where and how a WebSocket is opened. */
  webSocket(path: string): { url: string; options: { ca: Buffer; cert: Buffer; key: Buffer } } {
    return { url: this.server.replace('https:', 'wss:') + path, options: this.tls };
  }
}
