import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { defaultAdmissionPlugins } from '../../src/apiserver/admission/default-plugins';
import { ControlPlane } from '../../src/apiserver/control-plane';
import { loadSchemas } from '../../src/api/schema/load';
import { ServiceAccountTokens } from '../../src/apiserver/authn/service-account-tokens';
import type { ApiGroup } from '../../src/apiserver/registry/strategy';
import { ApiGroupsModule } from '../../src/cluster/api-groups.module';
import { API_GROUPS } from '../../src/cluster/tokens';
import { tokenTracking } from '../../src/cluster/bootstrap/bootstrap-objects';
import { prepareCluster } from '../../src/cluster/bootstrap/prepare';
import { ComponentContexts, localClient, localContexts } from '../../src/cluster/component-contexts';
import type { KubeObject } from '../../src/api/meta/object';
import type { Client } from '../../src/client/client';
import { openSqliteStore } from '../../src/storage/sqlite/open-sqlite-store';
import type { Clock } from '../../src/util/clock';
import { silentLog } from '../../src/util/log';
import { type Random, SystemRandom } from '../../src/util/random';
import { SystemClock } from '../../src/util/system-clock';

/** The groups as the composition root has them. */
async function apiGroups(clock: Clock): Promise<ApiGroup[]> {
  const app = await NestFactory.createApplicationContext(ApiGroupsModule.forRoot(new ServiceAccountTokens(clock)), { logger: false });
  return app.get<ApiGroup[]>(API_GROUPS, { strict: false });
}

export interface Plane {
  contexts: ComponentContexts;
  /** For components as if in another process: caches of their own, filled through clients that `wrap` may meddle with. */
  separate(wrap: (client: Client) => Client): ComponentContexts;
  /** The revision of the newest write, once there is none under way. */
  settled(): number | undefined;
  /** Every change from now on, as it is stored; no bytes: deleted. */
  changes(sink: (key: string, bytes: Uint8Array) => void): void;
  stop(): Promise<void>;
}

/** The API server without HTTP, over a store in memory, holding what every cluster holds. */
export async function startPlane(clock: Clock = new SystemClock(), random: Random = new SystemRandom(), more: readonly KubeObject[] = []): Promise<Plane> {
  const x = { clock, random, log: silentLog };
  const store = await openSqliteStore({ file: ':memory:', clock, log: silentLog });
  const plane = await ControlPlane.create({ ...x, groups: await apiGroups(clock), schemas: loadSchemas(), store, admission: defaultAdmissionPlugins() });
  const contexts = localContexts(plane, x);
  await prepareCluster(plane, contexts, [tokenTracking(clock.now()), ...more]);
  return {
    contexts,
    separate: (wrap) => new ComponentContexts((who, signal) => wrap(localClient(plane, who, signal)), x),
    settled: () => (store.idle ? store.revision : undefined),
    changes: (sink) => {
      store.watch({ start: '', end: '\u{10ffff}' }, store.revision, (batch) => {
        for (const e of batch) sink(`${e.type} ${e.kv.key}`, e.kv.value);
      });
    },
    stop: async () => {
      await contexts.stop();
      plane.close();
      await store.close();
    },
  };
}
