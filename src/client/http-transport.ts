import type { IncomingMessage } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import type { Clock } from '../util/clock';
import { statusOfResponse } from './response-status';

export interface HttpClientOptions {
  /** e.g. https://127.0.0.1:6443; http is allowed for servers on loopback behind nothing. */
  server: string;
  /** PEM of the authorities that the server's certificate is checked against; default: the system's. */
  ca?: string;
  /** PEM of a client certificate and its key. */
  cert?: string;
  key?: string;
  /** Bearer token, or a function that gives the current one. */
  token?: string | (() => string);
  username?: string;
  password?: string;
  /** Do not check the server's certificate. */
  insecure?: boolean;
  /** Name that the server's certificate must carry, when it is not the address. */
  serverName?: string;
  /** The part before the slash becomes the field manager. */
  userAgent?: string;
  clock: Clock;
}

export interface HttpRequest {
  method: string;
  path: string;
  body?: unknown;
  contentType?: string;
  accept?: string;
}

/** Retries of requests that the server has answered with Retry-After, as client-go does. */
const MOST_RETRIES = 10;

/** Sends requests over kept connections and turns refusals into StatusErrors. */
export class HttpTransport {
  private readonly base: URL;
  private readonly agent: http.Agent;
  private readonly streams: http.Agent;
  private readonly transport: typeof http | typeof https;

  constructor(private readonly o: HttpClientOptions) {
    this.base = new URL(o.server);
    const secure = this.base.protocol === 'https:';
    if (!secure && this.base.protocol !== 'http:') throw new Error(`server "${o.server}" must begin with https:// or http://`);
    const tls = { ca: o.ca, cert: o.cert, key: o.key, rejectUnauthorized: !o.insecure, servername: o.serverName };
    this.transport = secure ? https : http;
    this.agent = secure ? new https.Agent({ keepAlive: true, maxSockets: 64, ...tls }) : new http.Agent({ keepAlive: true, maxSockets: 64 });
    // Watches hold their connection; they must not take one from requests.
    this.streams = secure ? new https.Agent(tls) : new http.Agent();
  }

  /** The parsed JSON of the answer. @throws StatusError for a refusal, Error when there is no answer */
  async send<T>(r: HttpRequest): Promise<T> {
    for (let tries = 1; ; tries++) {
      const response = await this.open(r, this.agent);
      const text = await readAll(response);
      const code = response.statusCode ?? 0;
      if (code >= 200 && code < 300) return JSON.parse(text) as T;
      const after = Number(response.headers['retry-after']);
      if (!(after >= 0) || (code !== 429 && code < 500) || tries > MOST_RETRIES) throw statusOfResponse(code, text, r, after);
      await this.o.clock.sleep(after * 1000);
    }
  }

  /** Opens a stream; `lines` gets every line of the answer, then `end` is called once. Returns what ends it (silently). */
  stream(r: HttpRequest, lines: (line: string) => void, end: (error?: Error) => void): () => void {
    let over = false;
    const finish = (e?: Error): void => {
      if (over) return;
      over = true;
      request.destroy();
      end(e);
    };
    const request = this.request(r, this.streams);
    request.on('error', finish);
    request.on('response', (response) => {
      const code = response.statusCode ?? 0;
      if (code !== 200) {
        readAll(response).then((text) => finish(statusOfResponse(code, text, r, Number(response.headers['retry-after']))), finish);
        return;
      }
      response.setEncoding('utf8');
      let rest = '';
      response.on('data', (chunk: string) => {
        const parts = (rest + chunk).split('\n');
        rest = parts.pop()!;
        for (const line of parts) if (line !== '' && !over) lines(line);
      });
      response.on('end', () => finish());
      response.on('error', finish);
      response.on('close', () => finish());
    });
    request.end();
    return () => {
      over = true;
      request.destroy();
    };
  }

  /** An answer's body as it comes. @throws StatusError for a refusal, Error when there is no answer */
  async download(path: string): Promise<IncomingMessage> {
    const r: HttpRequest = { method: 'GET', path, accept: '*/*' };
    const response = await this.open(r, this.streams);
    const code = response.statusCode ?? 0;
    if (code === 200) return response;
    throw statusOfResponse(code, await readAll(response), r, Number(response.headers['retry-after']));
  }

  close(): void {
    this.agent.destroy();
    this.streams.destroy();
  }

  private open(r: HttpRequest, agent: http.Agent): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const body = r.body === undefined ? undefined : Buffer.from(JSON.stringify(r.body));
      const request = this.request(r, agent);
      // Node frames the body of a DELETE only when its length is given.
      if (body) request.setHeader('content-length', body.length);
      request.on('error', reject);
      request.on('response', resolve);
      request.end(body);
    });
  }

  private request(r: HttpRequest, agent: http.Agent): http.ClientRequest {
    const { token, username } = this.o;
    const headers: Record<string, string> = { accept: r.accept ?? 'application/json', 'user-agent': this.o.userAgent ?? 'kubernest' };
    if (token !== undefined) headers['authorization'] = `Bearer ${typeof token === 'function' ? token() : token}`;
    else if (username !== undefined) headers['authorization'] = `Basic ${Buffer.from(`${username}:${this.o.password ?? ''}`).toString('base64')}`;
    if (r.body !== undefined) headers['content-type'] = r.contentType ?? 'application/json';
    const prefix = this.base.pathname.replace(/\/$/, '');
    return this.transport.request({ host: this.base.hostname.replace(/^\[|\]$/g, ''), port: this.base.port || undefined, path: prefix + r.path, method: r.method, headers, agent });
  }
}

async function readAll(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += chunk as string;
  return text;
}
