import type { Client } from '../../client/client';
import type { Log } from '../../util/log';
import type { NodeAdmission } from '../admission/node-admission';
import type { Prober } from '../probes/prober';
import type { WriteQueue } from '../write-queue';
import type { StarterContext } from './container-starter';

export interface WorkerContext extends StarterContext {
  client: Client;
  log: Log;
  writes: WriteQueue;
  prober: Prober;
  /** What the pods of this node take. */
  admission: NodeAdmission;
}
