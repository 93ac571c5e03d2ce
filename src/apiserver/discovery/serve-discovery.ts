import { methodNotAllowed } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import type { Answers } from '../http/answers';
import type { Encoder } from '../http/encoder';
import type { Exchange } from '../http/exchange';
import type { Abilities, Conversion } from '../http/negotiate';
import { ALL_TYPES, MEDIA_TYPES, Negotiator, PLAIN, routeAccepts } from '../http/negotiate';
import { notAcceptable, notAcceptableRoute, unknownResource } from '../http/refusals';
import type { Discovery } from './discovery';

const AGGREGATED: Abilities = { plain: false, protobuf: true, converts: isAggregated };

function isAggregated(as: Conversion): boolean {
  return as.group === 'apidiscovery.k8s.io' && (as.version === 'v2' || as.version === 'v2beta1') && as.kind === 'APIGroupDiscoveryList';
}

/** Answers /api, /apis and what lies directly below, in the legacy and the aggregated form. */
export class DiscoveryRoutes {
  private readonly aggregated = new Negotiator(AGGREGATED);
  private readonly plain = new Negotiator(PLAIN);

  constructor(
    private readonly discovery: Discovery,
    private readonly answers: Answers,
    private readonly encoder: Encoder,
  ) {}

  /**
   * Answers a path under /api or /apis that names no resource. False: nothing is known of the group, so that the path does not exist at all.
   * @throws 404 for unknown versions of groups there are, 405, 406
   */
  serve(x: Exchange): boolean {
    const path = x.info.path.length > 1 && x.info.path.endsWith('/') ? x.info.path.slice(0, -1) : x.info.path;
    const document = this.discovery.document(path);
    if (!document) {
      const [, root, group] = path.split('/');
      if (root === 'api' || (group !== undefined && this.discovery.isBuiltIn(group))) throw unknownResource();
      return false;
    }
    if (x.method !== 'GET') throw methodNotAllowed();
    if ((path === '/api' || path === '/apis') && x.headers.accept.includes('as=') && this.serveAggregated(x, path)) return true;
    if (!routeAccepts(x.headers.accept, ALL_TYPES)) throw notAcceptableRoute(ALL_TYPES);
    const accepted = this.plain.negotiate(x.headers.accept);
    if (!accepted) throw notAcceptable(ALL_TYPES);
    this.answers.send(x, 200, MEDIA_TYPES[accepted.encoding], this.encoder.status(document as KubeObject, accepted, x.pretty));
    return true;
  }

  /** False when the client does not take the aggregated form; where it does, it gets that whatever else it takes. */
  private serveAggregated(x: Exchange, path: '/api' | '/apis'): boolean {
    const accepted = this.aggregated.negotiate(x.headers.accept);
    const as = accepted?.as;
    if (!accepted || !as) return false;
    const document = this.discovery.aggregated(path, as.version);
    const caching = ['Etag', document.etag, 'Vary', 'Accept', 'Cache-Control', 'public'];
    if (x.headers.ifNoneMatch === document.etag) {
      x.send(304, '', Buffer.alloc(0), caching);
      return true;
    }
    const type = `${MEDIA_TYPES[accepted.encoding]};g=${as.group};v=${as.version};as=${as.kind}`;
    const body = accepted.encoding === 'protobuf' ? this.encoder.status(document.value as KubeObject, accepted, false) : this.encoder.finish(document.json, accepted, x.pretty);
    this.answers.send(x, 200, type, body, caching);
    return true;
  }
}
