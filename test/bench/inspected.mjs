// The memory of a server that runs with --inspect=127.0.0.1:0, after its garbage was collected.
import { createRequire } from 'node:module';

const WebSocket = createRequire(import.meta.url)('ws');

/** Attaches to the process whose log says where it is inspected. */
export async function inspect(log) {
  const url = /ws:\/\/127\.0\.0\.1:\d+\/[\w-]+/.exec(log)?.[0];
  if (!url) throw new Error(`the server does not say where it is inspected: ${log}`);
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const waiting = new Map();
  let last = 0;
  socket.on('message', (text) => {
    const { id, result, error } = JSON.parse(text);
    const w = waiting.get(id);
    waiting.delete(id);
    if (error) w?.reject(new Error(error.message));
    else w?.resolve(result);
  });
  const ask = (method, params) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  return {
    /** Bytes in use: V8's heap, buffers outside it, and everything (resident). */
    async memory() {
      // Twice: what the first leaves to finalizers goes in the second.
      for (let i = 0; i < 2; i++) await ask('HeapProfiler.collectGarbage');
      const { result } = await ask('Runtime.evaluate', { expression: 'JSON.stringify(process.memoryUsage())' });
      const { heapUsed, external, rss } = JSON.parse(result.value);
      return { heap: heapUsed, external, resident: rss };
    },
    close: () => socket.close(),
  };
}
