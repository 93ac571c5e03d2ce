import { request } from 'node:https';
import { startTestCluster, type TestCluster } from '../../cluster/test-cluster';

export interface Answer {
  code: number;
  headers: Record<string, string | string[] | undefined>;
  /** Parsed when it is JSON. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers of every kind
  body: any;
}

const TYPES: Record<string, string> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** A bare API server of its own, and somebody who sends it requests as the administrator. */
export class Requester {
  private constructor(
    private readonly cluster: TestCluster,
    private readonly server: string,
    private readonly token: string,
  ) {}

  static async start(): Promise<Requester> {
    const cluster = await startTestCluster({ components: ['none'] });
    const { server } = cluster.kubeconfig.clusters[0]!['cluster'] as { server: string };
    const { token } = cluster.kubeconfig.users[1]!['user'] as { token: string };
    return new Requester(cluster, server, token);
  }

  /** The same with the ServiceAccount that pods need, which no controller makes here. */
  static async startWithAccount(): Promise<Requester> {
    const api = await Requester.start();
    await api.post('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
    return api;
  }

  stop(): Promise<void> {
    return this.cluster.stop();
  }

  /** `body`: sent as it is when it is text or bytes, else as JSON. */
  send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const data = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const all = { authorization: `Bearer ${this.token}`, 'user-agent': 'tester/1', ...(data === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(data as string | Buffer)) }), ...headers };
    return new Promise((resolve, reject) => {
      const req = request(`${this.server}${path}`, { method, headers: all, agent: false, rejectUnauthorized: false }, (res) => {
        const parts: Buffer[] = [];
        res.on('data', (d: Buffer) => parts.push(d));
        res.on('error', reject);
        res.on('end', () => resolve({ code: res.statusCode!, headers: res.headers, body: read(Buffer.concat(parts), String(res.headers['content-type'])) }));
      });
      req.on('error', reject);
      req.end(data);
    });
  }

  /** Code and message of an answer. */
  async said(path: string, method = 'GET', body?: unknown, headers?: Record<string, string>): Promise<unknown[]> {
    const { code, body: answer } = await this.send(method, path, body, headers);
    return [code, answer.message];
  }

  get(path: string, headers?: Record<string, string>): Promise<Answer> {
    return this.send('GET', path, undefined, headers);
  }

  post(path: string, body: unknown): Promise<Answer> {
    return this.send('POST', path, body);
  }

  put(path: string, body: unknown): Promise<Answer> {
    return this.send('PUT', path, body);
  }

  /** `type`: merge, strategic, json or apply. */
  patch(path: string, type: string, body: unknown): Promise<Answer> {
    return this.send('PATCH', path, body, { 'content-type': TYPES[type]! });
  }
}

function read(body: Buffer, type: string): unknown {
  const text = body.toString('utf8');
  return type.startsWith('application/json') && text !== '' ? JSON.parse(text) : text;
}
