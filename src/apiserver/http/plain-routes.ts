import { methodNotAllowed } from '../../api/errors/status-error';
import type { DiscoveryRoutes } from '../discovery/serve-discovery';
import type { Discovery } from '../discovery/discovery';
import type { Metrics } from '../metrics/metrics';
import type { Answers } from './answers';
import type { Exchange } from './exchange';
import type { HealthRegistry } from './health';
import { serveHealth } from './health';
import { MEDIA_TYPES, routeAccepts } from './negotiate';
import type { OpenApiRoutes } from './openapi-routes';
import type { FileMaker } from './file-answer';
import { sendFile } from './file-answer';
import { accessDenied, notAcceptableRoute } from './refusals';

/** A document at a fixed path, such as /.well-known/openid-configuration. */
export type FixedDocument = () => { contentType: string; body: string };

/** First path segments that belong to the API server; everything else is somebody else's or nobody's. */
const OWN = new Set(['', 'api', 'apis', 'openapi', 'version', 'healthz', 'livez', 'readyz', 'metrics', '.well-known', 'openid', 'index.html', 'kubernest']);

/** Prefixes that are answered to anybody, identified or not. */
const OPEN = ['/version', '/healthz', '/livez', '/readyz', '/metrics', '/openapi/v2', '/openapi/v3', '/.well-known/openid-configuration', '/openid/v1/jwks'];

const ADMINISTRATORS = 'system:masters';
const NO_RESOURCE = { isResource: false, group: '', version: '', namespace: '', resource: '', subresource: '', name: '' };

/** Whether a request URL is for the API server at all. */
export function ownsPath(url: string): boolean {
  let end = 1;
  while (end < url.length && url.charCodeAt(end) !== 47 && url.charCodeAt(end) !== 63) end++;
  return OWN.has(url.slice(1, end));
}

/** Whether a path is open to requests without credentials. */
export function isOpenPath(path: string): boolean {
  return OPEN.some((p) => path === p || (path.startsWith(p) && path.charCodeAt(p.length) === 47));
}

/** Everything that is no resource: discovery, health, version, metrics, OpenAPI and the list of paths. */
export class PlainRoutes {
  constructor(
    private readonly answers: Answers,
    private readonly discoveryRoutes: DiscoveryRoutes,
    private readonly discovery: Discovery,
    private readonly openapi: OpenApiRoutes,
    private readonly health: HealthRegistry,
    private readonly metrics: Metrics,
    private readonly version: object,
    private readonly documents: ReadonlyMap<string, FixedDocument>,
    private readonly files: ReadonlyMap<string, FileMaker>,
  ) {}

  /** Answers, with 404 when the path does not exist. @throws StatusError */
  async serve(x: Exchange): Promise<void> {
    const path = x.info.path;
    if (path.startsWith('/api')) {
      if (this.discoveryRoutes.serve(x)) return;
    } else if (path.startsWith('/openapi/')) {
      if (this.openapi.serve(x)) return;
    } else if (path === '/version' || path === '/version/') return this.raw(x, this.version);
    else if (path === '/metrics') return this.scrape(x);
    else if (path === '/' || path === '/index.html') return this.raw(x, { paths: this.paths() });
    else if (serveHealth(this.health, x, this.answers)) return;
    const document = this.documents.get(path);
    if (document) {
      const { contentType, body } = document();
      return x.send(200, contentType, Buffer.from(body));
    }
    const file = this.files.get(path);
    if (file) return this.file(x, file);
    this.answers.notFound(x);
  }

  /** What is made holds keys and secrets: whatever the authorizer says, it is for administrators alone. */
  private async file(x: Exchange, make: FileMaker): Promise<void> {
    if (x.method !== 'GET') throw methodNotAllowed();
    if (!x.user.groups.includes(ADMINISTRATORS)) throw accessDenied({ ...NO_RESOURCE, user: x.user, verb: 'get', path: x.info.path }, undefined);
    await sendFile(x, await make());
  }

  /** JSON as kube-apiserver writes what is no API object: indented, without a newline at the end. */
  private raw(x: Exchange, value: object): void {
    if (x.method !== 'GET') throw methodNotAllowed();
    if (!routeAccepts(x.headers.accept, [MEDIA_TYPES.json])) throw notAcceptableRoute([MEDIA_TYPES.json]);
    x.send(200, MEDIA_TYPES.json, Buffer.from(JSON.stringify(value, null, 2)));
  }

  private async scrape(x: Exchange): Promise<void> {
    const { contentType, body } = await this.metrics.text();
    this.answers.send(x, 200, contentType, Buffer.from(body));
  }

  private paths(): string[] {
    return [
      ...new Set([...this.documents.keys(), ...this.discovery.paths(), ...this.health.paths(), '/metrics', '/openapi/v2', '/openapi/v3', '/openapi/v3/', '/version']),
    ].sort((a, b) => (a < b ? -1 : 1));
  }
}
