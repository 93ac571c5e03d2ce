import { type DynamicModule, Module } from '@nestjs/common';
import { join } from 'node:path';
import type { Registry } from 'prom-client';
import { loadSchemas } from '../api/schema/load';
import type { SchemaSet } from '../api/schema/schema';
import { defaultAdmissionPlugins } from '../apiserver/admission/default-plugins';
import { ServiceAccountTokens } from '../apiserver/authn/service-account-tokens';
import type { NodeAgent } from '../apiserver/connect/connections';
import { ControlPlane } from '../apiserver/control-plane';
import { HealthRegistry } from '../apiserver/http/health';
import type { NestHttpAdapter } from '../apiserver/http/nest-adapter';
import type { ControllerOptions } from '../controllers/controllers';
import { PrometheusMetrics } from '../scheduler/prometheus-metrics';
import { Scheduler } from '../scheduler/scheduler';
import type { ApiGroup } from '../apiserver/registry/strategy';
import type { SqliteStore } from '../storage/sqlite/sqlite-store';
import { openSqliteStore } from '../storage/sqlite/open-sqlite-store';
import type { Store } from '../storage/store';
import { ApiGroupsModule } from './api-groups.module';
import { makeApiServer } from './api-server';
import type { ClusterEnvironment } from './cluster';
import { componentHealth } from './component-health';
import { localContexts } from './component-contexts';
import { ComponentsModule } from './components.module';
import type { Part } from './components.module';
import { DATABASE_FILE } from './files';
import { controllerOptions } from './controller-options';
import { durationMs } from './options';
import type { ClusterOptions } from './options';
import { loadPki, preparePki } from './pki';
import type { Pki } from './pki';
import { API_GROUPS, API_SERVER, COMPONENTS, COMPONENT_CONTEXTS, CONTROLLER_OPTIONS, CONTROL_PLANE, HEALTH, PKI, SCHEMAS, STORE, TOKENS } from './tokens';

/** What everything else stands on: store, keys, and the API server without its listener. */
@Module({})
class FoundationModule {
  static forRoot(options: ClusterOptions, x: ClusterEnvironment, dataDir: string | undefined, opened: (store: Store) => void): DynamicModule {
    const tokens = new ServiceAccountTokens(x.clock);
    const health = new HealthRegistry();
    let store: SqliteStore | undefined;
    return {
      module: FoundationModule,
      imports: [ApiGroupsModule.forRoot(tokens, () => componentHealth(health, store))],
      providers: [
        { provide: SCHEMAS, useFactory: () => loadSchemas() },
        { provide: HEALTH, useValue: health },
        {
          provide: STORE,
          useFactory: async () => {
            const file = dataDir === undefined ? ':memory:' : join(dataDir, DATABASE_FILE);
            [store] = await Promise.all([openSqliteStore({ file, clock: x.clock, log: x.log, historyMs: durationMs(options.history) }), preparePki(dataDir)]);
            opened(store);
            return store;
          },
        },
        // After the store, which is what refuses a data folder that is in use.
        {
          provide: PKI,
          inject: [STORE],
          useFactory: async () => {
            const pki = await loadPki(dataDir, x.clock.now(), [options.bind]);
            tokens.useKey(pki.serviceAccount);
            return pki;
          },
        },
        {
          provide: TOKENS,
          inject: [PKI, CONTROL_PLANE],
          useFactory: (_pki: Pki, plane: ControlPlane) => {
            tokens.useLookup(plane.lookup);
            return tokens;
          },
        },
        {
          provide: CONTROL_PLANE,
          inject: [STORE, SCHEMAS, API_GROUPS],
          useFactory: (store: Store, schemas: SchemaSet, groups: ApiGroup[]) =>
            ControlPlane.create({ groups, schemas, store, clock: x.clock, random: x.random, admission: defaultAdmissionPlugins(), log: x.log, eventTtlMs: durationMs(options.eventTtl) }),
        },
        { provide: CONTROLLER_OPTIONS, inject: [PKI, TOKENS], useFactory: (pki: Pki, t: ServiceAccountTokens): ControllerOptions => controllerOptions(pki, t) },
        { provide: COMPONENT_CONTEXTS, inject: [CONTROL_PLANE], useFactory: (plane: ControlPlane) => localContexts(plane, x) },
      ],
      exports: [TOKENS, SCHEMAS, HEALTH, STORE, PKI, CONTROL_PLANE, CONTROLLER_OPTIONS, COMPONENT_CONTEXTS, ApiGroupsModule],
    };
  }
}

/** The composition root: every part of one cluster as a provider, made in the order in which they need one another. */
@Module({})
export class ClusterModule {
  /** `opened` is told the store as soon as it is open, so that it can be closed when another part cannot be made. */
  static forRoot(options: ClusterOptions, x: ClusterEnvironment, dataDir: string | undefined, adapter: NestHttpAdapter, opened: (store: Store) => void): DynamicModule {
    const foundation = FoundationModule.forRoot(options, x, dataDir, opened);
    return {
      module: ClusterModule,
      imports: [foundation, ComponentsModule.forRoot(options, foundation)],
      providers: [
        {
          provide: API_SERVER,
          inject: [CONTROL_PLANE, API_GROUPS, SCHEMAS, PKI, HEALTH, STORE, COMPONENTS, TOKENS],
          useFactory: (plane: ControlPlane, groups: ApiGroup[], schemas: SchemaSet, pki: Pki, health: HealthRegistry, store: Store, parts: readonly Part[], tokens: ServiceAccountTokens) =>
            makeApiServer({ plane, groups, schemas, pki, health, store, x, adapter, tokens, nodes: nodesOf(parts), more: metricsOf(parts), name: options.name, dataDir }),
        },
      ],
    };
  }
}

/** The component that runs the nodes; it alone keeps logs. */
function nodesOf(parts: readonly Part[]): NodeAgent | undefined {
  const kubelet = parts.flatMap((p) => p.components).find((c) => c.name === 'kubelet');
  return kubelet as (typeof kubelet & NodeAgent) | undefined;
}

/** What the scheduler counts, when it runs in this process. */
function metricsOf(parts: readonly Part[]): Registry[] {
  const schedulers = parts.flatMap((p) => p.components).filter((c) => c instanceof Scheduler);
  return schedulers.flatMap((s) => (s.metrics instanceof PrometheusMetrics ? [s.metrics.registry] : []));
}
