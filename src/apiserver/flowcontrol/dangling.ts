import { isReason } from '../../api/errors/status-error';
import type { GVR, KubeObject } from '../../api/meta/object';
import { formatTime } from '../../api/meta/time';
import type { Client } from '../../client/client';
import type { Clock, Disposable } from '../../util/clock';
import type { Log } from '../../util/log';

const GROUP_VERSION = { group: 'flowcontrol.apiserver.k8s.io', version: 'v1' };
export const FLOW_SCHEMAS: GVR = { ...GROUP_VERSION, resource: 'flowschemas' };
export const PRIORITY_LEVELS: GVR = { ...GROUP_VERSION, resource: 'prioritylevelconfigurations' };
const MANAGER = 'api-priority-and-fairness-config-consumer-v1';
const TYPE = 'Dangling';

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

export interface DanglingOptions {
  client: Client;
  /** The objects stored now. */
  flowSchemas(): readonly KubeObject[];
  priorityLevels(): readonly KubeObject[];
  clock: Clock;
  log: Log;
}

/**
 * Keeps the condition Dangling of every FlowSchema, which says whether its priority level exists, as kube-apiserver's configuration
 * consumer does: by server-side apply to the status. Resolves once all of them are right.
 */
export async function keepDanglingConditions(o: DanglingOptions): Promise<Disposable> {
  const keeper = new Keeper(o);
  const handler = { event: () => void keeper.look(), closed: () => undefined };
  const watches = [FLOW_SCHEMAS, PRIORITY_LEVELS].map((r) => o.client.watch(r, {}, handler));
  await keeper.look();
  return {
    dispose: () => {
      keeper.stopped = true;
      for (const w of watches) w.dispose();
    },
  };
}

class Keeper {
  stopped = false;
  private looking: Promise<void> | undefined;
  private again = false;

  constructor(private readonly o: DanglingOptions) {}

  /** One round at a time; what changes meanwhile is seen by the next. */
  look(): Promise<void> {
    this.again = true;
    return (this.looking ??= this.rounds().finally(() => {
      this.looking = undefined;
      // Asked for between the end of the last round and now.
      return this.again && !this.stopped ? this.look() : undefined;
    }));
  }

  private async rounds(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      await Promise.resolve();
      const levels = new Set(this.o.priorityLevels().map((l) => l.metadata.name));
      await Promise.all(this.o.flowSchemas().map((schema) => this.settle(schema, levels)));
    }
  }

  private async settle(schema: KubeObject, levels: ReadonlySet<string | undefined>): Promise<void> {
    const wanted = conditionOf(schema, levels);
    const has = (schema.status?.conditions as Condition[] | undefined)?.find((c) => c.type === TYPE);
    if (this.stopped || (has?.status === wanted.status && has.reason === wanted.reason && has.message === wanted.message)) return;
    const { kind, apiVersion, metadata } = schema;
    const status = { conditions: [{ ...wanted, lastTransitionTime: formatTime(this.o.clock.now()) }] };
    try {
      await this.o.client.patch(FLOW_SCHEMAS, undefined, metadata.name!, 'apply', { kind, apiVersion, metadata: { name: metadata.name }, status }, { subresource: 'status', fieldManager: MANAGER, force: true });
    } catch (e) {
      // Gone, or the server ends.
      if (!this.stopped && !isReason(e, 'NotFound')) this.o.log.error({ err: e, flowSchema: metadata.name }, 'the condition Dangling of a FlowSchema could not be set');
    }
  }
}

function conditionOf(schema: KubeObject, levels: ReadonlySet<string | undefined>): Condition {
  const name = schema.spec?.priorityLevelConfiguration?.name as string;
  const head = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(name)}`;
  return levels.has(name)
    ? { type: TYPE, status: 'False', reason: 'Found', message: `${head} and it exists` }
    : { type: TYPE, status: 'True', reason: 'NotFound', message: `${head} but there is no such object` };
}
