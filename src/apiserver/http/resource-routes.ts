import { badRequest, methodNotAllowed, methodNotSupported, notFound, StatusError } from '../../api/errors/status-error';
import type { ConnectSubresource } from '../registry/strategy';
import type { DeleteQuery, HandlerMap, ListParams, ListResult, ObjectResult, PatchBody, ResourceHandlers, WriteParams } from '../handlers/handlers';
import type { Body } from '../handlers/handlers';
import { writeOptions } from '../handlers/options';
import { bodyType, RequestBody } from './body';
import type { ProtobufBodies } from './body';
import type { Encoder } from './encoder';
import { Endpoint } from './endpoint';
import type { Action, Shape } from './endpoint';
import type { Exchange } from './exchange';
import { formOf } from './form';
import type { Accepted } from './negotiate';
import { ALL_TYPES, MEDIA_TYPES, routeAccepts, STREAM_TYPES } from './negotiate';
import { notAcceptable, notAcceptableRoute, unknownResource, unsupportedMediaType, unsupportedRouteType } from './refusals';
import type { Slices } from '../../util/slices';
import type { Answers } from './answers';
import { takesGzip } from './answers';
import type { Watches } from './watches';

/** Serves log, exec, attach, portforward and proxy: streams that are no objects. `path`: what follows the subresource. */
export type ConnectHandler = (x: Exchange, handlers: ResourceHandlers, subresource: ConnectSubresource, path: string) => void | Promise<void>;

const PATCH_TYPES: ReadonlyMap<string, PatchBody['type']> = new Map([
  ['application/json-patch+json', 'json'],
  ['application/merge-patch+json', 'merge'],
  ['application/strategic-merge-patch+json', 'strategic'],
  ['application/apply-patch+yaml', 'apply'],
]);
const CUSTOM_PATCH_TYPES = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];

/** A request whose route is known: what it will do, and on what. */
export interface Route {
  endpoint: Endpoint;
  action: Action;
}

/** Finds the handlers of a resource request, reads what they need, and answers with what they return. */
export class ResourceRoutes {
  private readonly endpoints = new WeakMap<ResourceHandlers, Endpoint>();

  constructor(
    private readonly handlers: HandlerMap,
    private readonly answers: Answers,
    private readonly encoder: Encoder,
    private readonly codec: ProtobufBodies,
    private readonly watches: Watches,
    private readonly isBuiltIn: (group: string) => boolean,
    private readonly connect: ConnectHandler | undefined,
    private readonly slices: Slices | undefined,
  ) {}

  /**
   * Decides by path and method only. A StatusError: nothing of the kind is served; undefined: not even the group is known here.
   * Fills in the verb for watches, so that access control sees it.
   */
  route(x: Exchange): Route | StatusError | undefined {
    const { info } = x;
    const found = this.handlers.get(info.group, info.version, info.resource);
    if (!found) return this.isBuiltIn(info.group) ? unknownResource() : undefined;
    let endpoint = this.endpoints.get(found);
    if (!endpoint) this.endpoints.set(found, (endpoint = new Endpoint(found)));
    const { custom } = endpoint;
    const gr = { group: info.group, resource: info.resource };
    const shape = shapeOf(x, endpoint);
    if (!shape) return custom ? undefined : unknownResource();
    if (shape === 'subresource') {
      const child = endpoint.child(info.subresource);
      if (!child || (info.subpath !== '' && child.sub?.type !== 'connect')) return custom ? notFound(gr, info.name) : unknownResource();
      endpoint = child;
    } else if (info.watchPrefix) {
      if (!endpoint.has('watch')) return unknownResource();
      return x.method === 'GET' ? { endpoint, action: 'watch' } : methodNotAllowed();
    } else if (!endpoint.exists(shape)) return unknownResource();
    let action = endpoint.action(shape, x.method);
    if (!action) return custom ? methodNotSupported(gr, info.verb) : methodNotAllowed();
    if (action === 'list' && info.query !== '' && x.query.flag('watch')) {
      if (!endpoint.has('watch')) return methodNotSupported(gr, 'watch');
      action = info.verb = 'watch';
    }
    return { endpoint, action };
  }

  /** Serves a routed request. Everything that is refused is thrown, now or by the promises inside, and lands in Answers.fail. */
  serve(x: Exchange, { endpoint: e, action }: Route): void {
    const { info, headers } = x;
    if (e.definition.namespaced) x.namespace = info.namespace === '' ? undefined : info.namespace;
    if (info.name !== '') x.name = info.name;
    if (e.sub) x.subresource = info.subresource;
    if (action === 'connect') {
      if (info.subresource === 'log') checkLogAccept(e, headers.accept);
      return this.settle(x, this.stream(x, e, e.sub as ConnectSubresource));
    }
    if (action === 'patch' && !e.custom && !PATCH_TYPES.has(baseType(headers.contentType))) throw unsupportedRouteType();
    const lists = action === 'list' || action === 'watch';
    if (!e.custom && !routeAccepts(headers.accept, e.types)) throw notAcceptableRoute(lists ? [...e.types, ...STREAM_TYPES] : e.types);
    if (e.definition.deprecation) x.warn(e.definition.deprecation);
    const accepted = e.negotiator.negotiate(headers.accept);
    if (!accepted) throw notAcceptable(ALL_TYPES);
    switch (action) {
      case 'get':
        return this.object(x, e, accepted, e.handlers.get(x, { resourceVersion: info.query === '' ? undefined : x.query.get('resourceVersion') }));
      case 'list':
        return this.list(x, e, accepted, e.handlers.list(x, listParams(x)));
      case 'watch':
        return this.watches.serve(x, e, accepted, listParams(x));
      case 'create':
      case 'update':
        return this.write(x, e, accepted, action);
      case 'patch':
        return this.patch(x, e, accepted);
      case 'delete':
      case 'deletecollection':
        return this.remove(x, e, accepted, action);
    }
  }

  private write(x: Exchange, e: Endpoint, accepted: Accepted, action: 'create' | 'update'): void {
    const type = action === 'update' ? updateType(x) : bodyType(x.headers.contentType);
    const expected = { apiVersion: e.apiVersion, kind: e.gvk.kind, wrap: true };
    this.withBody(x, (raw) => {
      const body = new RequestBody(raw, type, expected, this.codec);
      this.object(x, e, accepted, e.handlers[action](x, body, writeParams(x)));
    });
  }

  private patch(x: Exchange, e: Endpoint, accepted: Accepted): void {
    const mediaType = baseType(x.headers.contentType);
    const type = PATCH_TYPES.get(mediaType);
    if (!type || (e.custom && !CUSTOM_PATCH_TYPES.includes(mediaType))) throw unsupportedMediaType(CUSTOM_PATCH_TYPES);
    this.withBody(x, (raw) => this.object(x, e, accepted, e.handlers.patch(x, { type, text: raw.toString('utf8') }, writeParams(x))));
  }

  private remove(x: Exchange, e: Endpoint, accepted: Accepted, action: 'delete' | 'deletecollection'): void {
    this.withBody(x, (raw) => {
      const body: Body | undefined = raw.length
        ? new RequestBody(raw, bodyType(x.headers.contentType), { apiVersion: 'meta.k8s.io/v1', kind: 'DeleteOptions', wrap: false }, this.codec)
        : undefined;
      if (action === 'delete') this.object(x, e, accepted, e.handlers.delete(x, body, deleteQuery(x)));
      else this.list(x, e, accepted, e.handlers.deleteCollection(x, body, deleteQuery(x), listParams(x)));
    });
  }

  private withBody(x: Exchange, use: (raw: Buffer) => void): void {
    x.call.readBody(
      (raw) => {
        try {
          use(raw);
        } catch (error) {
          this.answers.fail(x, error);
        }
      },
      (error) => this.answers.fail(x, error),
    );
  }

  private object(x: Exchange, e: Endpoint, accepted: Accepted, result: ObjectResult | Promise<ObjectResult>): void {
    const answer = (r: ObjectResult): void => this.answers.send(x, r.code, MEDIA_TYPES[accepted.encoding], this.encoder.one(e, r, formOf(x, accepted)));
    if (result instanceof Promise) this.settle(x, result.then(answer));
    else answer(result);
  }

  private list(x: Exchange, e: Endpoint, accepted: Accepted, result: ListResult | Promise<ListResult>): void {
    const answer = (r: ListResult): void => {
      const form = formOf(x, accepted);
      const long = this.slices && x.method !== 'HEAD' && this.encoder.isLong(e, r, accepted, takesGzip(x.headers.acceptEncoding));
      // The cache's own array would change under our hands.
      const body = long ? this.encoder.listInPieces(e, { ...r, items: r.items.slice() }, form) : undefined;
      if (body) this.answers.stream(x, MEDIA_TYPES[accepted.encoding], body, this.slices!);
      else this.answers.send(x, 200, MEDIA_TYPES[accepted.encoding], this.encoder.list(e, r, form));
    };
    if (result instanceof Promise) this.settle(x, result.then(answer));
    else answer(result);
  }

  private async stream(x: Exchange, e: Endpoint, sub: ConnectSubresource): Promise<void> {
    if (x.info.subresource !== 'log' && x.query.has('dryRun')) throw badRequest('dryRun is not supported');
    if (!this.connect) throw new StatusError(501, 'NotImplemented', `this server has no ${x.info.resource}/${x.info.subresource}`);
    await this.connect(x, e.handlers, sub, x.info.subpath);
  }

  private settle(x: Exchange, work: Promise<void>): void {
    work.catch((error: unknown) => this.answers.fail(x, error));
  }
}

/** The type of the body of a PUT, whose options are looked at before it. @throws Invalid, 415 */
function updateType(x: Exchange): ReturnType<typeof bodyType> {
  try {
    return bodyType(x.headers.contentType);
  } catch (e) {
    writeOptions('UpdateOptions', writeParams(x));
    throw e;
  }
}

/** Logs are text, but what may be asked for is what errors can be written in. @throws 406 */
function checkLogAccept(e: Endpoint, accept: string): void {
  const types = ['text/plain', ...e.types];
  if (!routeAccepts(accept, types)) throw notAcceptableRoute(types);
  if (!e.negotiator.negotiate(accept)) throw notAcceptable(ALL_TYPES);
}

/** What the path names; undefined when no such path exists for the resource. */
function shapeOf(x: Exchange, e: Endpoint): Shape | undefined {
  const { info } = x;
  if (info.underNamespace !== e.definition.namespaced) return e.definition.namespaced && info.name === '' ? 'everywhere' : undefined;
  if (info.underNamespace && info.namespace === '') return undefined;
  if (info.name === '') return info.subresource === '' ? 'collection' : undefined;
  if (info.subresource === '') return 'item';
  return info.watchPrefix ? undefined : 'subresource';
}

function baseType(contentType: string): string {
  const semi = contentType.indexOf(';');
  return (semi > 0 ? contentType.slice(0, semi) : contentType).trim();
}

function writeParams(x: Exchange): WriteParams {
  if (x.info.query === '') return {};
  const q = x.query;
  return { dryRun: q.all('dryRun'), fieldManager: q.get('fieldManager'), fieldValidation: q.get('fieldValidation'), force: q.get('force') };
}

function deleteQuery(x: Exchange): DeleteQuery {
  if (x.info.query === '') return {};
  const q = x.query;
  return {
    gracePeriodSeconds: q.get('gracePeriodSeconds'),
    propagationPolicy: q.get('propagationPolicy'),
    orphanDependents: q.get('orphanDependents'),
    dryRun: q.all('dryRun'),
    uid: q.get('uid'),
    resourceVersion: q.get('resourceVersion'),
  };
}

/** Selectors and versions of a list or watch. A name in a deprecated watch path counts as a field selector. */
function listParams(x: Exchange): ListParams {
  const named = x.info.watchPrefix && x.info.name !== '' ? `metadata.name=${x.info.name}` : undefined;
  if (x.info.query === '') return named ? { fieldSelector: named } : {};
  const q = x.query;
  const fieldSelector = q.get('fieldSelector');
  if (named && fieldSelector && fieldSelector !== named && fieldSelector !== `metadata.name==${x.info.name}`) {
    throw badRequest("fieldSelector metadata.name doesn't match requested name");
  }
  return {
    labelSelector: q.get('labelSelector'),
    fieldSelector: named ?? fieldSelector,
    limit: q.get('limit'),
    continue: q.get('continue'),
    resourceVersion: q.get('resourceVersion'),
    resourceVersionMatch: q.get('resourceVersionMatch'),
    timeoutSeconds: q.get('timeoutSeconds'),
    sendInitialEvents: q.get('sendInitialEvents'),
    allowWatchBookmarks: q.get('allowWatchBookmarks'),
  };
}
