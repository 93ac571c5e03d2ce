import type { Server, Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { Clock } from '../../../util/clock';
import type { WireCall } from './wire-call';
import type { ConnectionHost } from './wire-connection';
import { WireConnection } from './wire-connection';

/** Connections whose other end has gone without a word are found by the system after about this many milliseconds. */
const PROBE_AFTER = 30_000;

/**
 * Serves the plain requests of a Node HTTP server's connections without Node's HTTP parser and message objects, which cost more than
 * most answers do. Whatever is not plain reaches the server's own listener, with its connection.
 */
export class WireServer implements ConnectionHost {
  private readonly connections = new Set<WireConnection>();
  private stopping = false;
  private dateAt = -1;
  private dateText = '';

  constructor(
    readonly clock: Clock,
    readonly serve: (call: WireCall) => void,
    readonly owns: (url: string) => boolean,
    private readonly others: (socket: Socket) => void,
  ) {}

  /** Puts itself between a server and its listener of connections. */
  static before(server: Server, clock: Clock, serve: (call: WireCall) => void, owns: (url: string) => boolean): WireServer {
    const event = server instanceof TlsServer ? 'secureConnection' : 'connection';
    const listeners = server.listeners(event) as ((socket: Socket) => void)[];
    server.removeAllListeners(event);
    const wire = new WireServer(clock, serve, owns, (socket) => {
      for (const l of listeners) l.call(server, socket);
    });
    server.on(event, (socket: Socket) => wire.accept(socket));
    return wire;
  }

  accept(socket: Socket): void {
    if (this.stopping) {
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    socket.setKeepAlive(true, PROBE_AFTER);
    this.connections.add(new WireConnection(socket, this));
  }

  /** Number of connections read here. */
  get size(): number {
    return this.connections.size;
  }

  handOver(socket: Socket): void {
    this.others(socket);
    // Node's parser reads sockets past their streams until somebody else listens; of TLS sockets it then gets data while it pauses, and breaks.
    const nothing = (): void => undefined;
    socket.on('data', nothing).off('data', nothing);
  }

  closed(connection: WireConnection): void {
    this.connections.delete(connection);
  }

  date(): string {
    const second = Math.floor(this.clock.now() / 1000);
    if (second !== this.dateAt) {
      this.dateAt = second;
      this.dateText = new Date(second * 1000).toUTCString();
    }
    return this.dateText;
  }

  /** Ends connections on which nothing is under way; the others end with their answers. */
  closeIdle(): void {
    this.stopping = true;
    for (const c of [...this.connections]) if (!c.busy) c.socket.destroy();
  }

  /** Breaks every connection. */
  closeAll(): void {
    for (const c of [...this.connections]) c.socket.destroy();
  }
}
