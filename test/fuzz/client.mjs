// Sends requests of any form, and waits for their answers only so long.
import https from 'node:https';
import { Api } from '../durability/api.mjs';

/** Reads a kubeconfig; requests carry its credentials. */
export class FuzzClient {
  constructor(kubeconfig, { sockets = 16, patience = 15_000 } = {}) {
    this.api = new Api(kubeconfig, sockets);
    this.patience = patience;
  }

  /**
   * Answers `{ code, headers, body, took }`: the body as text, or as bytes where `binary` is asked for. A watch is cut after `cut` ms.
   * @throws Error when the connection breaks or nothing complete comes in time
   */
  send({ method, path, headers = {}, body, cut, binary }) {
    return new Promise((resolve, reject) => {
      const began = performance.now();
      const data = body === undefined ? undefined : Buffer.isBuffer(body) ? body : Buffer.from(body);
      const all = { ...this.api.headers, accept: 'application/json', ...(data ? { 'content-length': data.length } : {}), ...headers };
      const { hostname, port } = this.api.server;
      const req = https.request({ host: hostname, port, path, method, headers: all, agent: this.api.agent }, (res) => {
        const chunks = [];
        const done = () => {
          clearTimeout(timer);
          const whole = Buffer.concat(chunks);
          resolve({ code: res.statusCode, headers: res.headers, body: binary ? whole : whole.toString(), took: performance.now() - began });
        };
        if (cut) setTimeout(() => (req.destroy(), done()), cut);
        res.on('data', (d) => chunks.push(d));
        res.on('error', () => {});
        res.on('close', () => (res.complete || cut ? done() : fail(new Error('the answer broke off'))));
      });
      const fail = (e) => (clearTimeout(timer), reject(e));
      const timer = setTimeout(() => req.destroy(new Error(`no answer after ${this.patience} ms`)), this.patience);
      req.on('error', fail);
      req.end(data);
    });
  }

  close() {
    this.api.close();
  }
}
