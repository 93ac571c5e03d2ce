import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';

/**
 * A TCP forwarder before a server, whose connections can all be broken at once by a POST to `cutUrl`, as a network that fails would.
 * `target`: port on this host. Returns the forwarder's port, the address to ask, and `close`.
 */
export async function startCutter(target) {
  const pairs = new Set();
  // Node never ends when a socket that is already ending is reset.
  const cut = () => pairs.forEach((sockets) => sockets.forEach((s) => (s.writableEnded ? s.destroy() : s.resetAndDestroy())));
  const forwarder = createServer((client) => {
    const server = connect(target, '127.0.0.1');
    const pair = [client, server];
    pairs.add(pair);
    // What one side said before it closed still goes to the other.
    const end = () => {
      pairs.delete(pair);
      for (const s of pair) s.destroySoon();
    };
    for (const s of pair) s.setNoDelay(true).on('close', end).on('error', end);
    client.pipe(server).pipe(client);
  });
  const control = createHttpServer((req, res) => {
    if (req.method === 'POST') cut();
    res.writeHead(req.method === 'POST' ? 204 : 405).end();
  });
  const listen = (s) => new Promise((resolve, reject) => s.once('error', reject).listen(0, '127.0.0.1', () => resolve(s.address().port)));
  const port = await listen(forwarder);
  const cutUrl = `http://127.0.0.1:${await listen(control)}/`;
  const close = () => {
    forwarder.close();
    control.close();
    control.closeAllConnections();
    cut();
  };
  return { port, cutUrl, close };
}
