import { defaultAdmissionPlugins } from '../../src/apiserver/admission/default-plugins';
import { ControlPlane } from '../../src/apiserver/control-plane';
import { loadSchemas } from '../../src/api/schema/load';
import { apiGroups } from '../../src/cluster/api-groups';
import { prepareCluster } from '../../src/cluster/bootstrap/prepare';
import { ComponentContexts } from '../../src/cluster/component-contexts';
import { openSqliteStore } from '../../src/storage/sqlite/open-sqlite-store';
import type { Clock } from '../../src/util/clock';
import { silentLog } from '../../src/util/log';
import { SystemRandom } from '../../src/util/random';
import { SystemClock } from '../../src/util/system-clock';

export interface Plane {
  contexts: ComponentContexts;
  stop(): Promise<void>;
}

/** The API server without HTTP, over a store in memory, holding what every cluster holds. */
export async function startPlane(clock: Clock = new SystemClock()): Promise<Plane> {
  const x = { clock, random: new SystemRandom(), log: silentLog };
  const store = await openSqliteStore({ file: ':memory:', clock, log: silentLog });
  const plane = await ControlPlane.create({ ...x, groups: apiGroups(), schemas: loadSchemas(), store, admission: defaultAdmissionPlugins() });
  const contexts = new ComponentContexts(plane, x);
  await prepareCluster(plane, contexts);
  return {
    contexts,
    stop: async () => {
      await contexts.stop();
      plane.close();
      await store.close();
    },
  };
}
