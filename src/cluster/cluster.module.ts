import { type DynamicModule, Module } from '@nestjs/common';
import { join } from 'node:path';
import { loadProtobuf } from '../api/protobuf/load';
import { loadSchemas } from '../api/schema/load';
import type { SchemaSet } from '../api/schema/schema';
import { defaultAdmissionPlugins } from '../apiserver/admission/default-plugins';
import { firstOf } from '../apiserver/authn/authenticator';
import { StaticTokens } from '../apiserver/authn/bearer-token';
import { ClientCertificates } from '../apiserver/authn/client-certificate';
import { alwaysAllow } from '../apiserver/authz/authorizer';
import { ControlPlane } from '../apiserver/control-plane';
import { createApiServer } from '../apiserver/http/api-server';
import type { ApiServer } from '../apiserver/http/api-server';
import { HealthRegistry } from '../apiserver/http/health';
import type { NestHttpAdapter } from '../apiserver/http/nest-adapter';
import { Metrics } from '../apiserver/metrics/metrics';
import type { ApiGroup } from '../apiserver/registry/strategy';
import { openSqliteStore } from '../storage/sqlite/open-sqlite-store';
import type { Store } from '../storage/store';
import { apiGroups } from './api-groups';
import type { ClusterEnvironment } from './cluster';
import { ComponentContexts } from './component-contexts';
import { makeComponents } from './components';
import { DATABASE_FILE } from './files';
import { durationMs } from './options';
import type { ClusterOptions } from './options';
import { loadPki } from './pki';
import type { Pki } from './pki';
import { API_GROUPS, API_SERVER, COMPONENTS, COMPONENT_CONTEXTS, CONTROL_PLANE, HEALTH, PKI, SCHEMAS, STORE } from './tokens';

/** The composition root: every part of one cluster as a provider, made in the order in which they need one another. */
@Module({})
export class ClusterModule {
  static forRoot(options: ClusterOptions, x: ClusterEnvironment, dataDir: string | undefined, adapter: NestHttpAdapter): DynamicModule {
    return {
      module: ClusterModule,
      providers: [
        { provide: SCHEMAS, useFactory: () => loadSchemas() },
        { provide: HEALTH, useFactory: () => new HealthRegistry() },
        { provide: API_GROUPS, useFactory: () => apiGroups() },
        { provide: PKI, useFactory: () => loadPki(dataDir, x.clock.now(), options.bind === 'localhost' ? [] : [options.bind]) },
        {
          provide: STORE,
          useFactory: () => openSqliteStore({ file: dataDir === undefined ? ':memory:' : join(dataDir, DATABASE_FILE), clock: x.clock, log: x.log, historyMs: durationMs(options.history) }),
        },
        {
          provide: CONTROL_PLANE,
          inject: [STORE, SCHEMAS, API_GROUPS],
          useFactory: (store: Store, schemas: SchemaSet, groups: ApiGroup[]) =>
            ControlPlane.create({ groups, schemas, store, clock: x.clock, random: x.random, admission: defaultAdmissionPlugins(), log: x.log }),
        },
        {
          provide: API_SERVER,
          inject: [CONTROL_PLANE, API_GROUPS, PKI, HEALTH],
          useFactory: (plane: ControlPlane, groups: ApiGroup[], pki: Pki, health: HealthRegistry) => apiServer(plane, groups, pki, health, x, adapter),
        },
        { provide: COMPONENT_CONTEXTS, inject: [CONTROL_PLANE], useFactory: (plane: ControlPlane) => new ComponentContexts(plane, x) },
        { provide: COMPONENTS, inject: [COMPONENT_CONTEXTS, PKI, HEALTH], useFactory: (contexts: ComponentContexts, pki: Pki, health: HealthRegistry) => makeComponents(options, contexts, pki, health) },
      ],
    };
  }
}

function apiServer(plane: ControlPlane, groups: ApiGroup[], pki: Pki, health: HealthRegistry, x: ClusterEnvironment, adapter: NestHttpAdapter): ApiServer {
  const metrics = new Metrics(x.clock.now());
  metrics.addStorageObjects(() => [...plane.stored()].map((r) => [r.definition.gvk.group ? `${r.definition.plural}.${r.definition.gvk.group}` : r.definition.plural, r.cache.size] as const));
  const api = createApiServer({
    handlers: plane.handlers,
    groups,
    authenticator: firstOf(new ClientCertificates(), new StaticTokens([[pki.adminToken, { name: 'kubernetes-admin', groups: ['system:masters'] }]])),
    authorizer: alwaysAllow,
    openapi: { v2: () => ({}), v3Paths: () => [], v3: () => undefined },
    openapiProtobuf: () => new Uint8Array(),
    codec: loadProtobuf(),
    health,
    metrics,
    clock: x.clock,
    random: x.random,
    log: x.log,
    tls: { key: pki.server.key, cert: pki.server.cert, ca: pki.ca.cert },
  });
  adapter.attach(api);
  return api;
}
