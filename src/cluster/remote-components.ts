import 'reflect-metadata';
import { type DynamicModule, type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { setMaxListeners } from 'node:events';
import { ServiceAccountTokens } from '../apiserver/authn/service-account-tokens';
import type { Component } from '../client/component';
import type { ControllerOptions } from '../controllers/controllers';
import type { ClusterEnvironment } from './cluster';
import { ComponentsModule } from './components.module';
import type { Part } from './components.module';
import { controllerOptions } from './controller-options';
import { defaultKubeconfigPath } from './kubeconfig';
import { readPki } from './pki';
import type { RemoteServer } from './remote-contexts';
import { remoteServer } from './remote-contexts';
import type { RunOptions } from './run-options';
import { COMPONENTS, COMPONENT_CONTEXTS, CONTROLLER_OPTIONS } from './tokens';

/** Components that run in this process, for an API server in another. */
export interface RunningComponents {
  readonly server: string;
  /** In the order of their start. */
  readonly names: readonly string[];
  /** Stops them; what they began is done then. Harmless when repeated. */
  stop(): Promise<void>;
}

@Module({})
class RemoteModule {
  static forRoot(remote: RemoteServer, o: ControllerOptions): DynamicModule {
    return {
      module: RemoteModule,
      providers: [
        { provide: COMPONENT_CONTEXTS, useValue: remote.contexts },
        { provide: CONTROLLER_OPTIONS, useValue: o },
      ],
      exports: [COMPONENT_CONTEXTS, CONTROLLER_OPTIONS],
    };
  }
}

/**
 * Starts components over HTTPS, those that `options` choose, as providers of their own. Resolves when all of them work.
 * @throws Error in one sentence when the kubeconfig or the keys cannot be used or the server does not answer; nothing is left running then
 */
export async function startComponents(options: RunOptions, x: ClusterEnvironment): Promise<RunningComponents> {
  const remote = remoteServer(options.kubeconfig ?? defaultKubeconfigPath(x.env), options.context, x);
  const components = new Components(options, x, remote);
  try {
    await components.start();
    return components;
  } catch (e) {
    await components.stop();
    throw e;
  }
}

class Components implements RunningComponents {
  private app?: INestApplicationContext;
  private readonly started: Component[] = [];
  private stopped?: Promise<void>;

  constructor(
    private readonly options: RunOptions,
    private readonly x: ClusterEnvironment,
    private readonly remote: RemoteServer,
  ) {}

  get server(): string {
    return this.remote.server;
  }

  get names(): readonly string[] {
    return this.started.map((c) => c.name);
  }

  async start(): Promise<void> {
    const { options, x, remote } = this;
    const signal = x.signal ?? new AbortController().signal;
    setMaxListeners(0, signal);
    x.progress?.begin('API server');
    const foundation = RemoteModule.forRoot(remote, optionsFor(options, remote, x));
    await remote.answers(signal);
    x.progress?.done(remote.server);
    this.app = await NestFactory.createApplicationContext(ComponentsModule.forRoot(options, foundation), { logger: false, abortOnError: false });
    for (const part of this.app.get<readonly Part[]>(COMPONENTS, { strict: false })) {
      x.progress?.begin(part.name);
      this.started.push(...part.components);
      await Promise.all(part.components.map((c) => c.start(signal)));
      x.progress?.done();
    }
  }

  stop(): Promise<void> {
    return (this.stopped ??= this.end());
  }

  private async end(): Promise<void> {
    for (const c of [...this.started].reverse()) await c.stop();
    await this.remote.contexts.stop();
    this.remote.close();
    await this.app?.close();
  }
}

/** Without the keys nothing can be signed: the components that would are not among the chosen ones then. */
function optionsFor(options: RunOptions, remote: RemoteServer, x: ClusterEnvironment): ControllerOptions {
  const tokens = new ServiceAccountTokens(x.clock);
  if (options.keys !== undefined) {
    const pki = readPki(options.keys);
    tokens.useKey(pki.serviceAccount);
    return controllerOptions(pki, tokens);
  }
  const unsigned = (): never => {
    throw new Error('there are no keys to sign with');
  };
  return { rootCa: remote.ca, authority: { cert: '', key: '' }, signToken: unsigned };
}
