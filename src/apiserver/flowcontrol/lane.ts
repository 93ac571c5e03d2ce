import type { KubeObject } from '../../api/meta/object';
import type { UserInfo } from '../registry/strategy';
import type { RequestInfo } from '../http/request-info';
import { hashOf } from './fair-queues';
import type { Refusal } from './gate';
import type { PriorityLevel } from './priority-level';

/** The requests of one flow schema on their way through its priority level, and what is counted of them. */
export class Lane {
  /** UIDs of the flow schema and the priority level, as clients are told. */
  readonly uids: readonly [schema: string, level: string];
  readonly schema: string;
  executing = 0;
  queued = 0;
  dispatched = 0;
  readonly refused = new Map<Refusal, number>();

  constructor(
    schema: KubeObject,
    readonly level: PriorityLevel,
    private readonly distinguisher: 'ByUser' | 'ByNamespace' | undefined,
  ) {
    this.schema = schema.metadata.name!;
    this.uids = [schema.metadata.uid ?? '', level.uid];
  }

  /** Names the flow of a request: those of one flow share their queues. */
  hash(user: UserInfo, info: RequestInfo): number {
    const by = this.distinguisher === 'ByUser' ? user.name : this.distinguisher === 'ByNamespace' ? info.namespace : '';
    return hashOf(`${this.schema}/${by}`);
  }
}
