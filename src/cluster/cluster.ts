import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FLOW_SCHEMAS, keepDanglingConditions, PRIORITY_LEVELS } from '../apiserver/flowcontrol/dangling';
import type { ApiServer } from '../apiserver/http/api-server';
import { createAdapter } from '../apiserver/http/nest-adapter';
import type { HealthRegistry } from '../apiserver/http/health';
import type { Component } from '../client/component';
import type { Store } from '../storage/store';
import type { Clock, Disposable } from '../util/clock';
import type { Log } from '../util/log';
import type { Random } from '../util/random';
import { addonObjects } from './addons/addons';
import { tokenTracking } from './bootstrap/bootstrap-objects';
import { prepareCluster } from './bootstrap/prepare';
import { ClusterModule } from './cluster.module';
import type { Part } from './components.module';
import type { ComponentContexts } from './component-contexts';
import type { ControlPlane } from '../apiserver/control-plane';
import { dataDirOf } from './data-dir';
import { KUBECONFIG_FILE } from './files';
import { makeKubeconfig, writeKubeconfig } from './kubeconfig';
import type { ClusterOptions } from './options';
import type { Pki } from './pki';
import { removeRunState, writeRunState } from './run-state';
import { API_SERVER, COMPONENTS, COMPONENT_CONTEXTS, CONTROL_PLANE, HEALTH, PKI } from './tokens';
import { formatTime } from '../api/meta/time';
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';

/** What a cluster needs from the process it lives in. */
export interface ClusterEnvironment {
  clock: Clock;
  random: Random;
  log: Log;
  env: NodeJS.ProcessEnv;
  /** Told when a part begins to come up and when it is up. */
  progress?: { begin(part: string): void; done(detail?: string): void };
  /** Aborted: the start is given up. */
  signal?: AbortSignal;
}

export interface RunningCluster {
  /** https://127.0.0.1:6443 */
  readonly server: string;
  readonly kubeconfig: ReturnType<typeof makeKubeconfig>;
  /** Undefined when the cluster is ephemeral. */
  readonly dataDir: string | undefined;
  /** Stops every part in order; everything answered is stored. Harmless when repeated. */
  stop(): Promise<void>;
}

/**
 * Starts a cluster in this process: store, API server, what every cluster holds, then the components.
 * Resolves when /readyz says ok. @throws Error in one sentence when the port or the data folder is in use; nothing is left running then
 */
export async function startCluster(options: ClusterOptions, x: ClusterEnvironment): Promise<RunningCluster> {
  const dataDir = options.ephemeral ? undefined : dataDirOf(options, x.env);
  const cluster = new Cluster(options, x, dataDir);
  try {
    await cluster.start();
    return cluster;
  } catch (e) {
    await cluster.stop();
    throw e;
  }
}

class Cluster implements RunningCluster {
  server = '';
  kubeconfig!: RunningCluster['kubeconfig'];
  private store?: Store;
  private app?: NestFastifyApplication;
  private dangling?: Disposable;
  private started: Component[] = [];
  private stopped?: Promise<void>;

  constructor(
    private readonly options: ClusterOptions,
    private readonly x: ClusterEnvironment,
    readonly dataDir: string | undefined,
  ) {}

  async start(): Promise<void> {
    const { options, x } = this;
    x.progress?.begin('store');
    const adapter = createAdapter();
    const opened = (store: Store): void => void (this.store = store);
    const app = await NestFactory.create<NestFastifyApplication>(ClusterModule.forRoot(options, x, this.dataDir, adapter, opened), adapter.nest, { logger: false, abortOnError: false });
    this.app = app;
    x.signal?.throwIfAborted();
    x.progress?.done(this.dataDir ?? 'in memory');

    x.progress?.begin('API server');
    const plane = app.get<ControlPlane>(CONTROL_PLANE, { strict: false });
    const contexts = app.get<ComponentContexts>(COMPONENT_CONTEXTS, { strict: false });
    const api = app.get<ApiServer>(API_SERVER, { strict: false });
    await prepareCluster(plane, contexts, [tokenTracking(x.clock.now()), ...addonObjects(options.addons)]);
    this.dangling = await keepDanglingConditions({
      client: contexts.client('system:apiserver', 'kube-apiserver', ['system:masters']),
      flowSchemas: () => plane.lookup.list(FLOW_SCHEMAS, undefined),
      priorityLevels: () => plane.lookup.list(PRIORITY_LEVELS, undefined),
      clock: x.clock,
      log: x.log,
    });
    x.signal?.throwIfAborted();
    this.server = reachable(await api.listen(app, options.bind, options.port));
    this.kubeconfig = makeKubeconfig(options.name, this.server, app.get<Pki>(PKI, { strict: false }));
    if (this.dataDir !== undefined) {
      writeKubeconfig(join(this.dataDir, KUBECONFIG_FILE), this.kubeconfig);
      writeRunState(this.dataDir, { name: options.name, pid: process.pid, server: this.server, since: formatTime(x.clock.now()) });
    }
    x.progress?.done(this.server);

    const health = app.get<HealthRegistry>(HEALTH, { strict: false });
    const signal = x.signal ?? new AbortController().signal;
    // Every component listens for an early end of the start.
    setMaxListeners(0, signal);
    for (const part of app.get<readonly Part[]>(COMPONENTS, { strict: false })) {
      x.progress?.begin(part.name);
      this.started.push(...part.components);
      for (const c of part.components) health.add(`component/${c.name}`, () => (c.ready() ? undefined : 'not in sync'), ['readyz']);
      await Promise.all(part.components.map((c) => c.start(signal)));
      x.progress?.done();
    }
    await api.ready(signal);
  }

  stop(): Promise<void> {
    return (this.stopped ??= this.end());
  }

  /** Every step is taken, whatever became of the one before; the first error is thrown at the end. */
  private async end(): Promise<void> {
    const { app, dataDir, store } = this;
    const steps: (() => Promise<void> | void)[] = this.started.reverse().map((c) => () => c.stop());
    steps.push(() => this.dangling?.dispose());
    if (app) {
      steps.push(() => app.get<ComponentContexts>(COMPONENT_CONTEXTS, { strict: false }).stop());
      steps.push(() => app.get<ApiServer>(API_SERVER, { strict: false }).stop());
      steps.push(() => app.get<ControlPlane>(CONTROL_PLANE, { strict: false }).close());
      // While the lock is still ours: the next cluster on this folder writes its own.
      if (dataDir !== undefined) steps.push(() => removeRunState(dataDir));
    }
    if (store) steps.push(() => store.close());
    if (app) steps.push(() => app.close());
    const errors: unknown[] = [];
    for (const step of steps) {
      try {
        await step();
      } catch (e) {
        errors.push(e);
      }
    }
    if (errors.length) throw errors[0];
  }
}

/** The URL under which clients of this machine reach a listener; one that listens on every address is reached on the loopback. */
function reachable(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}
