import { loadOpenApiProtobuf, loadProtobuf } from '../api/protobuf/load';
import type { SchemaSet } from '../api/schema/schema';
import { groupResource } from '../api/meta/object';
import { formatTime } from '../api/meta/time';
import { firstOf } from '../apiserver/authn/authenticator';
import type { ServiceAccountTokens } from '../apiserver/authn/service-account-tokens';
import { StaticTokens } from '../apiserver/authn/bearer-token';
import { ClientCertificates } from '../apiserver/authn/client-certificate';
import { alwaysAllow } from '../apiserver/authz/authorizer';
import { Connections } from '../apiserver/connect/connections';
import type { NodeAgent } from '../apiserver/connect/connections';
import type { ControlPlane } from '../apiserver/control-plane';
import { createApiServer } from '../apiserver/http/api-server';
import type { ApiServer } from '../apiserver/http/api-server';
import { FLOW_SCHEMAS, PRIORITY_LEVELS } from '../apiserver/flowcontrol/dangling';
import { PriorityAndFairness } from '../apiserver/flowcontrol/priority-and-fairness';
import type { MadeFile } from '../apiserver/http/file-answer';
import type { HealthRegistry } from '../apiserver/http/health';
import type { NestHttpAdapter } from '../apiserver/http/nest-adapter';
import { Metrics } from '../apiserver/metrics/metrics';
import { loadDescriptions } from '../apiserver/openapi/descriptions';
import { createOpenApi } from '../apiserver/openapi/openapi';
import type { ApiGroup } from '../apiserver/registry/strategy';
import type { Store } from '../storage/store';
import { makeBackup } from './backup/backup-file';
import type { ClusterEnvironment } from './cluster';
import type { Pki } from './pki';
import type { Metric, Registry } from 'prom-client';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ApiServerParts {
  plane: ControlPlane;
  groups: ApiGroup[];
  schemas: SchemaSet;
  pki: Pki;
  health: HealthRegistry;
  store: Store;
  x: ClusterEnvironment;
  adapter: NestHttpAdapter;
  tokens: ServiceAccountTokens;
  /** The simulated nodes, when they run in this process. */
  nodes: NodeAgent | undefined;
  /** Metrics of components in this process. */
  more: readonly Registry[];
  /** The cluster's name. */
  name: string;
  /** Where its data lies; undefined: nowhere. */
  dataDir: string | undefined;
}

/** The listener's side of the API server: who may speak to it, what it serves beyond resources, what it counts. */
export function makeApiServer({ plane, groups, schemas, pki, health, store, x, adapter, tokens, nodes, more, name, dataDir }: ApiServerParts): ApiServer {
  const metrics = new Metrics(x.clock.now());
  metrics.addStorageObjects(() => Array.from(plane.stored(), ({ definition: d, cache }) => [groupResource(d.gvk.group, d.plural), cache.size] as const));
  metrics.addStorageSize(() => store.size());
  const flow = new PriorityAndFairness(() => plane.lookup.list(FLOW_SCHEMAS), () => plane.lookup.list(PRIORITY_LEVELS), x.clock);
  flow.addMetrics(metrics);
  for (const registry of more) for (const m of registry.getMetricsAsArray()) metrics.registry.registerMetric(m as unknown as Metric);
  // By upstream's name of its store: probes ask for /livez/etcd.
  health.add('etcd', () => store.health()?.message);
  const backup = async (): Promise<MadeFile> => {
    const path = join(dataDir ?? tmpdir(), `kubernest-backup-${x.random.uuid()}.db`);
    await makeBackup(store, path, { cluster: name, created: formatTime(x.clock.now()), pki });
    return { path, contentType: 'application/vnd.sqlite3' };
  };
  const api: ApiServer = createApiServer({
    handlers: plane.handlers,
    groups,
    authenticator: firstOf(new ClientCertificates(), new StaticTokens([[pki.adminToken, { name: 'kubernetes-admin', groups: ['system:masters'] }]]), tokens),
    documents: tokens.documents(() => api.address),
    files: new Map([['/kubernest/v1/backup', backup]]),
    authorizer: alwaysAllow,
    openapi: createOpenApi({ groups, schemas, descriptions: loadDescriptions() }),
    openapiProtobuf: loadOpenApiProtobuf(),
    connect: new Connections(plane.lookup, x.clock, () => nodes).handle,
    flow,
    slices: plane.slices,
    codec: loadProtobuf(),
    health,
    metrics,
    clock: x.clock,
    random: x.random,
    log: x.log,
    // With the CA, which OpenSSL otherwise looks for and verifies in every handshake to send the same chain.
    tls: { key: pki.server.key, cert: `${pki.server.cert}\n${pki.ca.cert}`, ca: pki.ca.cert },
  });
  adapter.attach(api);
  return api;
}
