import type { Disposable } from '../../util/clock';
import type { UserInfo } from '../registry/strategy';
import type { Lane } from '../flowcontrol/lane';
import type { RequestContext } from '../handlers/handlers';
import type { Call } from './call';
import type { Query } from './query';
import { parseQuery } from './query';
import type { RequestHeaders } from './request-headers';
import type { RequestInfo } from './request-info';
import { parseRequestInfo } from './request-info';
import type { Route } from './resource-routes';
import type { Upgrade } from './upgrades';
import { Warnings } from './warnings';

/** What the server tells an exchange about itself. */
export interface ExchangeHost {
  /** Called once per request, when its answer begins or its client has gone. `bytes`: size of the body. */
  answered(x: Exchange, code: number, bytes: number): void;
  newAuditId(): string;
  /** True while the server stops: connections are not kept. */
  readonly stopping: boolean;
}

/** Why a request is given up whose connection has ended. */
export const CLIENT_GONE = 'the client has closed the connection';
const YAML_ERRORS = 'yaml: unmarshal errors:\n';

/** One request and its answer: what the chain has found out about it, and how to answer. Handlers see it as their RequestContext. */
export class Exchange implements RequestContext {
  readonly method: string;
  readonly info: RequestInfo;
  readonly headers: RequestHeaders;
  readonly auditId: string;
  /** Clock.monotonic() when the request came in. */
  started = 0;
  user!: UserInfo;
  namespace?: string;
  name?: string;
  subresource?: string;
  /** The flow schema and priority level that the request was sorted into. */
  lane?: Lane;
  /** It has a seat of its priority level. */
  entered = false;
  /** Set when the client asks for another protocol on this connection. */
  upgrade?: Upgrade;
  /** What the request leads to, once that is known. */
  route?: Route;
  /** Ends the request when its time is over; disposed by the answer. */
  deadline?: Disposable;
  private parsedQuery?: Query;
  private warnings?: Warnings;
  private abort?: AbortController;
  private gone = false;
  private counted = false;

  /** @throws BadPathError */
  constructor(
    private readonly host: ExchangeHost,
    readonly call: Call,
  ) {
    this.method = call.method;
    this.info = parseRequestInfo(this.method, call.url);
    this.headers = call.headers;
    this.auditId = this.headers.auditId || host.newAuditId();
  }

  get userAgent(): string {
    return this.headers.userAgent;
  }

  get query(): Query {
    return (this.parsedQuery ??= parseQuery(this.info.query));
  }

  /** Made on first use: most requests are answered before anybody asks. */
  get signal(): AbortSignal {
    if (!this.abort) {
      this.abort = new AbortController();
      if (this.gone) this.abort.abort(new Error(CLIENT_GONE));
      else this.call.onGone(() => this.cancel(CLIENT_GONE));
    }
    return this.abort.signal;
  }

  /** Tells everybody who works on this request to stop. Every connection closes one day, so no Error is made unless somebody listens. */
  cancel(why: string): void {
    this.gone = true;
    if (this.abort && !this.abort.signal.aborted) this.abort.abort(new Error(why));
  }

  /** Adds a Warning header to the answer; go-yaml's collected complaints become one each. */
  warn(text: string): void {
    const all = (this.warnings ??= new Warnings());
    if (text.startsWith(YAML_ERRORS)) for (const line of text.slice(YAML_ERRORS.length).split('\n')) all.add(line.trim());
    else all.add(text);
  }

  /** The client asks for indented JSON: by ?pretty, or by being a browser, curl or wget without saying otherwise. */
  get pretty(): boolean {
    const asked = this.info.query.includes('pretty') ? this.query.get('pretty') : undefined;
    if (asked) return asked === '1' || asked === 't' || asked === 'T' || asked === 'true' || asked === 'TRUE' || asked === 'True';
    const ua = this.headers.userAgent;
    return ua.startsWith('curl') || ua.startsWith('Wget') || ua.startsWith('Mozilla/5.0');
  }

  /** True once an answer has begun. */
  get answered(): boolean {
    return this.call.answered;
  }

  /** Sends a complete answer. `extra`: further header names and values in turn. */
  send(code: number, contentType: string, body: Uint8Array, extra?: readonly string[]): void {
    if (this.call.answered || this.call.gone) return;
    const head = this.head(contentType, extra);
    if (code !== 304) head.push('Content-Length', String(body.length));
    this.count(code, body.length);
    this.call.send(code, head, this.method === 'HEAD' ? undefined : body);
  }

  /** Sends the head of an answer whose body follows in pieces, at once. `size`: bytes of the body; undefined: it goes in chunks. */
  begin(code: number, contentType: string, extra?: readonly string[], size?: number): void {
    this.count(code, size ?? 0);
    this.call.begin(code, this.head(contentType, extra), size);
  }

  /** Tells the server that the answer begins; for those who write it themselves. Only the first call counts. */
  count(code: number, bytes: number): void {
    if (this.counted) return;
    this.counted = true;
    this.deadline?.dispose();
    this.host.answered(this, code, bytes);
  }

  private head(contentType: string, extra: readonly string[] | undefined): string[] {
    const head = ['Audit-Id', this.auditId];
    if (!extra?.includes('Cache-Control')) head.push('Cache-Control', 'no-cache, private');
    if (contentType !== '') head.push('Content-Type', contentType);
    if (this.lane) head.push('X-Kubernetes-Pf-Flowschema-Uid', this.lane.uids[0], 'X-Kubernetes-Pf-Prioritylevel-Uid', this.lane.uids[1]);
    if (this.warnings) for (const w of this.warnings.values()) head.push('Warning', w);
    if (extra) head.push(...extra);
    if (this.host.stopping) head.push('Connection', 'close');
    return head;
  }
}
