import type { KubeObject } from '../../api/meta/object';
import type { Clock } from '../../util/clock';
import type { UserInfo } from '../registry/strategy';
import type { RequestInfo } from '../http/request-info';
import type { Metrics } from '../metrics/metrics';
import { FlowSchemaClassifier } from './flow-schemas';
import { Gate } from './gate';
import type { Refusal } from './gate';
import type { Lane } from './lane';
import type { PriorityLevel } from './priority-level';

/** A request that could wait, and what becomes of it. */
export interface Waiting {
  /** Serves it. */
  go(): void;
  /** Answers 429. */
  refuse(): void;
  readonly gone: boolean;
}

/**
 * API priority and fairness by the cluster's FlowSchemas and PriorityLevelConfigurations: who is let in at once, who waits, who is
 * refused with 429. Levels borrow unused seats at once, where upstream adjusts limits every ten seconds.
 */
export class PriorityAndFairness {
  private readonly gate: Gate;
  private readonly schemas: FlowSchemaClassifier;
  private levels: readonly PriorityLevel[] = [];

  /** The first two give the objects stored now. */
  constructor(
    flowSchemas: () => readonly KubeObject[],
    levels: () => readonly KubeObject[],
    private readonly clock: Clock,
  ) {
    this.gate = new Gate(clock);
    this.schemas = new FlowSchemaClassifier(flowSchemas, levels, clock, (all) => {
      this.levels = all;
      this.gate.use(all);
    });
  }

  classify(user: UserInfo, info: RequestInfo): Lane | undefined {
    return this.schemas.classify(user, info);
  }

  /** Whether a request may go at once. `now`: Clock.monotonic() */
  enter(lane: Lane, now: number): boolean {
    if (!this.gate.enter(lane.level, now)) return false;
    lane.executing++;
    lane.dispatched++;
    return true;
  }

  /** For one that may not: it waits, or is refused at once. */
  wait(lane: Lane, user: UserInfo, info: RequestInfo, w: Waiting): void {
    const since = this.clock.monotonic();
    const over = (): void => {
      lane.queued--;
    };
    lane.queued++;
    const refusal = this.gate.wait(lane.level, lane.hash(user, info), {
      since,
      get gone() {
        return w.gone;
      },
      drop: over,
      go: () => {
        over();
        lane.executing++;
        lane.dispatched++;
        w.go();
      },
      expire: () => {
        over();
        this.refuse(lane, w, 'time-out');
      },
    });
    if (!refusal) return;
    lane.queued--;
    this.refuse(lane, w, refusal);
  }

  /** A request that had entered has its answer. */
  leave(lane: Lane): void {
    lane.executing--;
    this.gate.leave(lane.level);
  }

  /** Publishes what happens under upstream's names. */
  addMetrics(m: Metrics): void {
    const each = (of: (l: Lane) => number) => () => this.schemas.lanes.map((l) => [labels(l), of(l)] as const);
    const names = ['flow_schema', 'priority_level'];
    m.gauges('apiserver_flowcontrol_current_executing_requests', 'Requests being served now, by flow schema.', names, each((l) => l.executing));
    m.gauges('apiserver_flowcontrol_current_executing_seats', 'Seats taken now, by flow schema.', names, each((l) => l.executing));
    m.gauges('apiserver_flowcontrol_current_inqueue_requests', 'Requests waiting now, by flow schema.', names, each((l) => l.queued));
    m.counters('apiserver_flowcontrol_dispatched_requests_total', 'Requests let in, by flow schema.', names, each((l) => l.dispatched));
    m.counters('apiserver_flowcontrol_rejected_requests_total', 'Requests refused with 429, by flow schema and reason.', [...names, 'reason'], () =>
      this.schemas.lanes.flatMap((l) => Array.from(l.refused, ([reason, n]) => [{ ...labels(l), reason }, n] as const)),
    );
    const level = (of: (l: PriorityLevel) => number) => () => this.levels.map((l) => [{ priority_level: l.name }, of(l)] as const);
    m.gauges('apiserver_flowcontrol_nominal_limit_seats', 'Seats of its own, by priority level.', ['priority_level'], level((l) => l.nominal));
    m.gauges('apiserver_flowcontrol_lower_limit_seats', 'Seats it never lends, by priority level.', ['priority_level'], level((l) => l.nominal - l.lendable));
  }

  private refuse(lane: Lane, w: Waiting, why: Refusal): void {
    lane.refused.set(why, (lane.refused.get(why) ?? 0) + 1);
    w.refuse();
  }
}

function labels(l: Lane): { flow_schema: string; priority_level: string } {
  return { flow_schema: l.schema, priority_level: l.level.name };
}
