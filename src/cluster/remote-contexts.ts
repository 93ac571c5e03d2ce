import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { StatusError } from '../api/errors/status-error';
import type { Client } from '../client/client';
import { HttpClient } from '../client/http-client';
import { optionsFromKubeconfig } from '../client/kubeconfig';
import { NAMESPACES } from '../client/resources';
import type { Clock } from '../util/clock';
import type { Log } from '../util/log';
import type { Random } from '../util/random';
import { ComponentContexts } from './component-contexts';

/** How long a server that does not answer is waited for, and how often it is asked, in milliseconds. */
const PATIENCE = 30_000;
const POLL = 500;

/** An API server in another process, reached by a kubeconfig. Components all act as its user; their names differ. */
export interface RemoteServer {
  readonly server: string;
  /** PEM of its authorities; empty when the kubeconfig names none. */
  readonly ca: string;
  /** Namespace of the context; `default` when it names none. */
  readonly namespace: string;
  readonly contexts: ComponentContexts;
  /** Resolves when the server answers. @throws Error when it refuses us, or says nothing for half a minute */
  answers(signal: AbortSignal): Promise<void>;
  /** Ends all connections. */
  close(): void;
}

/** @throws Error when the kubeconfig cannot be used */
export function remoteServer(file: string, context: string | undefined, x: { clock: Clock; random: Random; log: Log }): RemoteServer {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (e) {
    throw new Error(`cannot read the kubeconfig (${(e as Error).message}): name another by --kubeconfig FILE`, { cause: e });
  }
  const { namespace = 'default', ...options } = optionsFromKubeconfig(text, dirname(file), context);
  const clients = new Map<string, HttpClient>();
  const connect = (agent: string): HttpClient => {
    let client = clients.get(agent);
    if (!client) clients.set(agent, (client = new HttpClient({ ...options, userAgent: agent, clock: x.clock })));
    return client;
  };
  return {
    server: options.server,
    ca: options.ca ?? '',
    namespace,
    contexts: new ComponentContexts(({ agent }) => connect(agent), x),
    answers: (signal) => answers(connect('kubernest'), options.server, x.clock, signal),
    close: () => {
      for (const c of clients.values()) c.close();
    },
  };
}

async function answers(client: Client, server: string, clock: Clock, signal: AbortSignal): Promise<void> {
  const until = clock.monotonic() + PATIENCE;
  for (;;) {
    try {
      await client.get(NAMESPACES, undefined, 'kube-system');
      return;
    } catch (e) {
      const starting = !(e instanceof StatusError) || e.status.code === 404 || e.status.code! >= 500;
      if (!starting) throw new Error(`${server} refuses the user of the kubeconfig: ${e.message}`, { cause: e });
      if (clock.monotonic() >= until) throw new Error(`${server} does not answer (${(e as Error).message}): start the cluster, or name another by --kubeconfig FILE`, { cause: e });
      await clock.sleep(POLL, signal);
    }
  }
}
