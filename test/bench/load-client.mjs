// A small HTTPS load client for the bench: keep-alive connections, fixed concurrency, latencies. Loopback only.
import https from 'node:https';
import fs from 'node:fs';

/** CPU time of a process, or of one of its threads alone, in microseconds, user and system together; NaN where /proc is not there. */
export function cpuMicros(pid, thread) {
  try {
    const f = fs.readFileSync(thread === undefined ? `/proc/${pid}/stat` : `/proc/${pid}/task/${thread}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(f[11]) + Number(f[12])) * 10_000;
  } catch {
    return NaN;
  }
}

/** Resident memory of a process in MiB; NaN where /proc is not there. */
export function residentMiB(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
  } catch {
    return NaN;
  }
}

export class LoadClient {
  constructor({ port, token, ca, cert, key, concurrency }) {
    this.base = { host: '127.0.0.1', port, ca, cert, key, servername: 'localhost' };
    this.headers = token ? { authorization: `Bearer ${token}` } : {};
    this.agent = new https.Agent({ keepAlive: true, maxSockets: concurrency, ...this.base });
    this.watchAgent = new https.Agent({ keepAlive: true, ...this.base });
  }

  /** A kept connection that the server closes while it is taken up again is none of its faults: the request is sent once more. */
  async request(method, path, body, type = 'application/json', accept = 'application/json') {
    try {
      return await this.send(method, path, body, type, accept);
    } catch (e) {
      if (e.code !== 'ECONNRESET' || !e.reusedSocket) throw e;
      return this.send(method, path, body, type, accept);
    }
  }

  send(method, path, body, type, accept) {
    return new Promise((resolve, reject) => {
      const data = body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      const headers = { ...this.headers, accept, ...(data ? { 'content-type': type, 'content-length': data.length } : {}) };
      const r = https.request({ ...this.base, agent: this.agent, method, path, headers }, (m) => {
        const parts = [];
        m.on('data', (d) => parts.push(d));
        m.on('end', () => resolve({ code: m.statusCode, body: Buffer.concat(parts) }));
        m.on('error', reject);
      });
      r.on('error', (e) => reject(Object.assign(e, { reusedSocket: r.reusedSocket })));
      r.end(data);
    });
  }

  /** Opens a watch; `onEvent` gets every line. Resolves with the request once the first line is there. */
  watch(path, onEvent) {
    return new Promise((resolve, reject) => {
      const r = https.request({ ...this.base, agent: this.watchAgent, method: 'GET', path, headers: this.headers }, (m) => {
        let rest = '';
        let first = true;
        m.setEncoding('utf8');
        m.on('error', () => {});
        m.on('data', (d) => {
          rest += d;
          for (let j = rest.indexOf('\n'); j >= 0; j = rest.indexOf('\n')) {
            const line = rest.slice(0, j);
            rest = rest.slice(j + 1);
            if (first) {
              first = false;
              resolve(r);
            } else {
              onEvent(line);
            }
          }
        });
      });
      r.on('error', reject);
      r.end();
    });
  }

  close() {
    this.agent.destroy();
    this.watchAgent.destroy();
  }
}

const at = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))];

/** Runs `fn` n times, `concurrency` at once; throughput, latencies and the server's CPU an operation. */
export async function phase(n, concurrency, pid, fn) {
  const latencies = [];
  let next = 0;
  let bad = 0;
  const cpu = cpuMicros(pid);
  const since = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (next < n) {
        const i = next++;
        const t = performance.now();
        const r = await fn(i);
        latencies.push(performance.now() - t);
        if (r.code >= 400) bad++;
      }
    }),
  );
  const seconds = (performance.now() - since) / 1000;
  latencies.sort((a, b) => a - b);
  return { perSecond: n / seconds, p50: at(latencies, 0.5), p99: at(latencies, 0.99), bad, cpu: (cpuMicros(pid) - cpu) / n };
}
