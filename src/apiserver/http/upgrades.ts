import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { Exchange } from './exchange';
import type { NodeCall } from './node-call';
import type { Frame } from './watch-frames';
import type { FrameWriter } from './watch-stream';

/** The connection of a request that asked to become something else, and what came after its head. */
export interface Upgrade {
  call: NodeCall;
  socket: Duplex;
  head: Buffer;
  /** The Upgrade header, in lower case: 'websocket', 'spdy/3.1'. */
  protocol: string;
}

/** Turns requests into WebSockets. Of the subprotocols a client offers the first is taken. */
export class WebSockets {
  private readonly server = new WebSocketServer({ noServer: true, clientTracking: false, handleProtocols: (offered) => [...offered][0] ?? false });

  /** Completes the handshake; undefined when the request is none, or was refused by the handshake (then it is answered). */
  accept(x: Exchange): WebSocket | undefined {
    const { upgrade } = x;
    if (upgrade?.protocol !== 'websocket') return undefined;
    upgrade.call.res.detachSocket(upgrade.socket as never);
    let socket: WebSocket | undefined;
    this.server.handleUpgrade(upgrade.call.req, upgrade.socket, upgrade.head, (ws) => {
      socket = ws;
    });
    return socket;
  }

  /** A watch over WebSocket: one message an event. Undefined when the request did not ask for one. */
  watch(x: Exchange, text: boolean, gone: () => void): FrameWriter | undefined {
    if (x.upgrade?.protocol !== 'websocket') return undefined;
    const ws = this.accept(x);
    if (!ws) {
      queueMicrotask(gone);
      return CLOSED;
    }
    x.count(101, 0);
    ws.on('close', gone);
    ws.on('error', gone);
    return new WebSocketWriter(ws, text);
  }
}

class WebSocketWriter implements FrameWriter {
  constructor(
    private readonly ws: WebSocket,
    private readonly text: boolean,
  ) {}

  get pending(): number {
    return this.ws.bufferedAmount;
  }

  drained(fn: () => void): void {
    // A message's callback comes when it has been handed to the system; those before it have been, too.
    this.ws.ping(undefined, undefined, () => fn());
  }

  write(frames: readonly Frame[]): void {
    for (const f of frames) this.ws.send(f.chunk.subarray(f.start, f.end), { binary: !this.text });
  }

  end(): void {
    this.ws.close(1000);
  }

  destroy(): void {
    this.ws.terminate();
  }
}

const CLOSED: FrameWriter = { pending: 0, drained() {}, write() {}, end() {}, destroy() {} };
