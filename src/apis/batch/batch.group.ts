import type { ApiGroup } from '../../apiserver/registry/strategy';
import { cronJob } from './cron-job';
import { job } from './job';

/** batch: pods that run to an end. */
export const batchGroup: ApiGroup = { name: 'batch', versions: ['v1'], resources: [cronJob, job] };
