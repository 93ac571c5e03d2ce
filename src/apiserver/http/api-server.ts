import type { IncomingMessage, Server } from 'node:http';
import { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Server as TlsServer } from 'node:tls';
import type { Clock } from '../../util/clock';
import type { Log } from '../../util/log';
import type { Random } from '../../util/random';
import type { Slices } from '../../util/slices';
import type { ApiGroup } from '../registry/strategy';
import type { HandlerMap } from '../handlers/handlers';
import type { Authenticator } from '../authn/authenticator';
import type { Authorizer } from '../authz/authorizer';
import { Discovery } from '../discovery/discovery';
import { DiscoveryRoutes } from '../discovery/serve-discovery';
import type { PriorityAndFairness } from '../flowcontrol/priority-and-fairness';
import type { Metrics, WatchSeries } from '../metrics/metrics';
import { Answers } from './answers';
import type { Call } from './call';
import { Chain } from './chain';
import type { WireCodec } from './encoder';
import { Encoder } from './encoder';
import type { Endpoint } from './endpoint';
import { Exchange } from './exchange';
import { NodeCall } from './node-call';
import type { ExchangeHost } from './exchange';
import type { HealthRegistry } from './health';
import type { Handle, TlsMaterial } from './listener';
import { closeServer, listen, listenError, makeServer, secureContext } from './listener';
import type { OpenApiProtobuf, OpenApiSource } from './openapi-routes';
import { OpenApiRoutes } from './openapi-routes';
import type { FileMaker } from './file-answer';
import type { FixedDocument } from './plain-routes';
import { ownsPath, PlainRoutes } from './plain-routes';
import { BadPathError } from './request-info';
import type { ConnectHandler } from './resource-routes';
import { ResourceRoutes } from './resource-routes';
import { WebSockets } from './upgrades';
import { versionInfo } from './version';
import type { WatchObserver } from './watches';
import { Watches } from './watches';
import type { WireCall } from './wire/wire-call';
import { WireServer } from './wire/wire-server';

/** Everything the API server's HTTP side is made of. */
export interface ApiServerOptions {
  handlers: HandlerMap;
  /** What discovery lists, in its order; a function when it changes at run time (it must return a new array then). */
  groups: readonly ApiGroup[] | (() => readonly ApiGroup[]);
  authenticator: Authenticator;
  authorizer: Authorizer;
  openapi: OpenApiSource;
  openapiProtobuf: OpenApiProtobuf;
  codec: WireCodec;
  health: HealthRegistry;
  metrics: Metrics;
  clock: Clock;
  random: Random;
  log: Log;
  /** Absent: plain HTTP. */
  tls?: TlsMaterial;
  flow?: PriorityAndFairness;
  connect?: ConnectHandler;
  /** Documents at fixed paths, e.g. /openid/v1/jwks. */
  documents?: ReadonlyMap<string, FixedDocument>;
  /** By which long lists are sent in parts; absent: at once. */
  slices?: Slices;
  /** Files made for whoever administers the cluster, by path, e.g. /kubernest/v1/backup. */
  files?: ReadonlyMap<string, FileMaker>;
  /** Commit the version names. */
  gitCommit?: string;
}

/** Milliseconds that requests under way get to end when the server stops. */
const PATIENCE = 5_000;
const READY_POLL = 10;

/** The HTTP side of one API server. It lives behind a server of its own (listenAlone) or inside a Nest application's (attach, listen). */
export class ApiServer implements ExchangeHost {
  stopping = false;
  private server?: Server;
  private wire?: WireServer;
  private readonly chain: Chain;
  private readonly watches: Watches;

  constructor(private readonly o: ApiServerOptions) {
    const { clock, random, codec, metrics, groups } = o;
    const encoder = new Encoder(codec, clock);
    const answers = new Answers(encoder, o.log);
    const sockets = new WebSockets();
    const discovery = new Discovery(typeof groups === 'function' ? groups : () => groups, () => this.address);
    const openapi = new OpenApiRoutes(o.openapi, o.openapiProtobuf, answers);
    this.watches = new Watches(encoder, codec, clock, random, watchObserver(metrics), (x, text, gone) => sockets.watch(x, text, gone));
    const resources = new ResourceRoutes(o.handlers, answers, encoder, codec, this.watches, (g) => discovery.isBuiltIn(g), o.connect, o.slices);
    const plain = new PlainRoutes(answers, new DiscoveryRoutes(discovery, answers, encoder), discovery, openapi, o.health, metrics, versionInfo(o.gitCommit), o.documents ?? new Map(), o.files ?? new Map());
    this.chain = new Chain(o.authenticator, o.authorizer, o.flow, resources, plain, answers, metrics, clock);
    o.health.add('shutdown', () => (this.stopping ? 'process is shutting down' : undefined), ['readyz']);
  }

  /** Serves one request, whatever its path. */
  readonly handle: Handle = (req, res) => {
    const x = this.exchange(new NodeCall(req, res));
    if (x) this.chain.run(x);
  };

  private readonly serve = (call: WireCall): void => {
    const x = this.exchange(call);
    if (x) this.chain.run(x);
  };

  /** Takes over a server made elsewhere (createAdapter): its TLS material, upgrades and end are ours. */
  attach(server: Server): void {
    this.server = server;
    this.wire = WireServer.before(server, this.o.clock, this.serve, ownsPath);
    if (this.o.tls && server instanceof TlsServer) server.setSecureContext(secureContext(this.o.tls));
    server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => this.upgrade(req, socket, head));
  }

  /**
   * Lets an application listen whose server this API server is attached to; `port` 0 takes a free one.
   * @returns the URL it is reached at. @throws Error that says what is in the way
   */
  async listen(app: { listen(port: number, host: string): Promise<unknown> }, host: string, port: number): Promise<string> {
    try {
      await app.listen(port, host);
    } catch (e) {
      throw listenError(e as Error, port, host);
    }
    return this.url;
  }

  /** Listens without any application around: paths that are not ours are 404. @returns the URL. @throws Error as listen() */
  async listenAlone(host: string, port: number): Promise<string> {
    const server = makeServer(this.o.tls, this.handle);
    this.attach(server);
    await listen(server, port, host);
    return this.url;
  }

  /** Resolves when every readiness check passes; rejects when the signal is aborted first. */
  async ready(signal: AbortSignal): Promise<void> {
    while (this.o.health.problems('readyz').length > 0) await this.o.clock.sleep(READY_POLL, signal);
  }

  /** Host and port it is reached at; '' before it listens. */
  get address(): string {
    const a = this.server?.address();
    return a && typeof a === 'object' ? `${a.family === 'IPv6' ? `[${a.address}]` : a.address}:${a.port}` : '';
  }

  private get url(): string {
    return `${this.o.tls ? 'https' : 'http'}://${this.address}`;
  }

  /** Number of watches open now. */
  get openWatches(): number {
    return this.watches.size;
  }

  /**
   * Stops gracefully: readiness fails, no new connections, watches end cleanly, requests under way are answered,
   * what is left after `patience` milliseconds is cut off.
   */
  async stop(patience = PATIENCE): Promise<void> {
    this.stopping = true;
    this.watches.stop();
    if (this.server && this.wire) await closeServer(this.server, this.wire, this.o.clock, patience);
  }

  newAuditId(): string {
    return this.o.random.uuid();
  }

  answered(x: Exchange, code: number, bytes: number): void {
    this.chain.answered(x, code, bytes);
  }

  /** A request that wants another protocol on its connection; answered like any other when it does not get it. */
  private upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    const res = new ServerResponse(req);
    res.shouldKeepAlive = false;
    res.assignSocket(socket as Socket);
    res.once('finish', () => socket.end());
    const call = new NodeCall(req, res);
    const x = this.exchange(call);
    if (!x) return;
    x.upgrade = { call, socket, head, protocol: (req.headers.upgrade ?? '').toLowerCase() };
    this.chain.run(x);
  }

  private exchange(call: Call): Exchange | undefined {
    try {
      return new Exchange(this, call);
    } catch (e) {
      if (!(e instanceof BadPathError)) throw e;
      call.send(400, ['Content-Type', 'text/plain; charset=utf-8', 'Content-Length', String(BAD_REQUEST.length), 'Connection', 'close'], BAD_REQUEST);
      return undefined;
    }
  }
}

const BAD_REQUEST = Buffer.from('400 Bad Request');

/** Puts an API server together; it serves once it listens. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  return new ApiServer(options);
}

function watchObserver(metrics: Metrics): WatchObserver {
  const known = new WeakMap<Endpoint, WatchSeries>();
  const of = (e: Endpoint): WatchSeries => {
    let s = known.get(e);
    if (!s) known.set(e, (s = metrics.watchSeries(e.gvk.group, e.gvk.version, e.definition.plural)));
    return s;
  };
  return {
    opened: (e) => of(e).open++,
    closed: (e) => of(e).open--,
    sent(e, events, bytes) {
      const s = of(e);
      s.events.value += events;
      s.sizes.observe(bytes / events);
    },
  };
}
