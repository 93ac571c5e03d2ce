import { isReason } from '../../api/errors/status-error';
import { keyOf, parseApiVersion } from '../../api/meta/object';
import type { GVR } from '../../api/meta/object';
import { quantityMilliValue } from '../../api/quantity';
import type { LabelSelector } from '../../api/selectors/label-selector';
import { parseLabelSelector } from '../../api/selectors/label-selector';
import type { Client } from '../../client/client';
import { sameJson } from '../../client/equality';
import type { EventRecorder } from '../../client/event-recorder';
import type { Informer } from '../../client/informer';
import { HORIZONTAL_POD_AUTOSCALERS } from '../../client/resources';
import type { Clock } from '../../util/clock';
import type { AllResources } from '../shared/all-resources';
import { labelled } from '../shared/label-index';
import type { Pod } from '../shared/types';
import { AutoscalerStatus } from './autoscaler-status';
import { History } from './history';
import type { MetricProposal, Situation } from './metric-proposals';
import { MetricError, propose } from './metric-proposals';
import type { Metrics } from './metrics';
import { normalize, rulesOf } from './normalize';
import type { HorizontalPodAutoscaler, MetricStatus, Scale } from './types';

const TOLERANCE = 0.1;
/** Tries to write a scale that others write too. */
const ATTEMPTS = 5;

/** What all metrics together call for; `replicas` is undefined when nothing may be done about it. */
interface Verdict {
  replicas?: number;
  metric: string;
  statuses: MetricStatus[];
  problem?: string;
}

/** What is done about one autoscaler at a time. */
export class AutoscalerSync {
  private readonly histories = new Map<string, History>();
  private readonly selectors = new Map<string, LabelSelector>();

  constructor(
    private readonly x: { client: Client; clock: Clock },
    private readonly all: AllResources,
    private readonly metrics: Metrics,
    private readonly pods: Informer<Pod>,
    private readonly events: EventRecorder,
  ) {}

  forget(key: string): void {
    this.histories.delete(key);
    this.selectors.delete(key);
  }

  /** @throws when it cannot be done; the status tells why by then */
  async sync(hpa: HorizontalPodAutoscaler): Promise<void> {
    const now = this.x.clock.now();
    const status = new AutoscalerStatus(hpa.status, now);
    const { kind, name } = hpa.spec.scaleTargetRef;
    const reference = `${kind}/${hpa.metadata.namespace}/${name}`;
    let gvr: GVR;
    let scale: Scale;
    try {
      ({ gvr, scale } = await this.scaleOf(hpa));
    } catch (e) {
      const why = (e as Error).message;
      this.events.event(hpa, 'Warning', 'FailedGetScale', why);
      status.set('AbleToScale', 'False', 'FailedGetScale', `the HPA controller was unable to get the target's current scale: ${why}`);
      await this.write(hpa, status.unchanged());
      throw new Error(`failed to query scale subresource for ${reference}: ${why}`, { cause: e });
    }
    status.set('AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale");
    await this.rescale({ hpa, status, gvr, scale, reference, now });
  }

  private async rescale(t: { hpa: HorizontalPodAutoscaler; status: AutoscalerStatus; gvr: GVR; scale: Scale; reference: string; now: number }): Promise<void> {
    const { hpa, status, scale, now } = t;
    const current = scale.spec.replicas ?? 0;
    const history = this.historyOf(hpa, current, now);
    const least = hpa.spec.minReplicas ?? 1;
    let desired = current;
    let reason = '';
    let verdict: Verdict | undefined;
    if (current === 0) status.set('ScalingActive', 'False', 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero');
    else if (current > hpa.spec.maxReplicas) [desired, reason] = [hpa.spec.maxReplicas, 'Current number of replicas above Spec.MaxReplicas'];
    else if (current < least) [desired, reason] = [least, 'Current number of replicas below Spec.MinReplicas'];
    else {
      verdict = await this.judge(hpa, status, scale, now);
      if (verdict.replicas === undefined) {
        await this.write(hpa, status.counted(current, hpa.status.desiredReplicas, verdict.statuses.length > 0 ? verdict.statuses : undefined, false));
        this.events.event(hpa, 'Warning', 'FailedComputeMetricsReplicas', verdict.problem!);
        throw new Error(`failed to compute desired number of replicas based on listed metrics for ${t.reference}: ${verdict.problem}`);
      }
      if (verdict.replicas !== current) reason = verdict.replicas > current ? `${verdict.metric} above target` : 'All metrics below target';
      const n = normalize(hpa, history, current, verdict.replicas, now);
      status.set('AbleToScale', n.ableToScale.status, n.ableToScale.reason, n.ableToScale.message);
      status.set('ScalingLimited', n.scalingLimited.status, n.scalingLimited.reason, n.scalingLimited.message);
      desired = n.desired;
    }
    const scaled = desired !== current;
    if (scaled) await this.apply({ ...t, current, desired, reason, statuses: verdict?.statuses, history });
    await this.write(hpa, status.counted(current, desired, verdict?.statuses, scaled));
    if (verdict?.problem !== undefined) throw new Error(verdict.problem);
  }

  private async apply(t: {
    hpa: HorizontalPodAutoscaler;
    status: AutoscalerStatus;
    gvr: GVR;
    scale: Scale;
    reference: string;
    now: number;
    current: number;
    desired: number;
    reason: string;
    statuses?: MetricStatus[];
    history: History;
  }): Promise<void> {
    const { hpa, status, current, desired, reason } = t;
    try {
      await this.setScale(t.gvr, t.scale, desired);
    } catch (e) {
      const why = (e as Error).message;
      this.events.event(hpa, 'Warning', 'FailedRescale', `New size: ${desired}; reason: ${reason}; error: ${why}`);
      status.set('AbleToScale', 'False', 'FailedUpdateScale', `the HPA controller was unable to update the target scale: ${why}`);
      await this.write(hpa, status.counted(current, hpa.status.desiredReplicas, t.statuses, false));
      throw new Error(`failed to rescale ${t.reference}: ${why}`, { cause: e });
    }
    status.set('AbleToScale', 'True', 'SucceededRescale', `the HPA controller was able to update the target scale to ${desired}`);
    this.events.event(hpa, 'Normal', 'SuccessfulRescale', `New size: ${desired}; reason: ${reason}`);
    const rules = rulesOf(hpa);
    if (rules) t.history.scaled(current, desired, rules, t.now);
  }

  private async setScale(gvr: GVR, first: Scale, replicas: number): Promise<void> {
    let scale = first;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.x.client.update<Scale>(gvr, { ...scale, spec: { ...scale.spec, replicas } }, { subresource: 'scale' });
        return;
      } catch (e) {
        if (!isReason(e, 'Conflict') || attempt === ATTEMPTS) throw e;
        scale = await this.x.client.get<Scale>(gvr, scale.metadata.namespace, scale.metadata.name!, { subresource: 'scale' });
      }
    }
  }

  private async scaleOf(hpa: HorizontalPodAutoscaler): Promise<{ gvr: GVR; scale: Scale }> {
    const { apiVersion = '', kind, name } = hpa.spec.scaleTargetRef;
    const { group } = parseApiVersion(apiVersion);
    // The version of the reference does not matter.
    const target = this.all.preferred('get').find((r) => r.kind === kind && r.gvr.group === group);
    if (!target) throw new Error(`no matches for kind "${kind}" in group "${group}"`);
    return { gvr: target.gvr, scale: await this.x.client.get<Scale>(target.gvr, hpa.metadata.namespace, name, { subresource: 'scale' }) };
  }

  /** Asks all metrics. When some fail, the others may call for more replicas but not for fewer. */
  private async judge(hpa: HorizontalPodAutoscaler, status: AutoscalerStatus, scale: Scale, now: number): Promise<Verdict> {
    const specReplicas = scale.spec.replicas ?? 0;
    const situation = this.situation(hpa, status, scale, specReplicas, now);
    if (typeof situation === 'string') return { metric: '', statuses: [], problem: situation };
    const specs = hpa.spec.metrics ?? [];
    const statuses: MetricStatus[] = [];
    const failed: MetricError[] = [];
    let best: MetricProposal | undefined;
    for (const m of specs) {
      try {
        const p = await propose(this.metrics, m, situation);
        statuses.push(p.status);
        if (!best || p.replicas > best.replicas) best = p;
      } catch (e) {
        if (!(e instanceof MetricError)) throw e;
        this.events.event(hpa, 'Warning', e.reason, e.inner);
        statuses.push({ type: '' });
        failed.push(e);
      }
    }
    const problem = failed[0] && `invalid metrics (${failed.length} invalid out of ${specs.length}), first error is: ${failed[0].message}`;
    if (!best || (failed[0] && best.replicas < specReplicas)) {
      if (failed[0]) status.set('ScalingActive', 'False', failed[0].reason, `the HPA was unable to compute the replica count: ${failed[0].inner}`);
      return { metric: '', statuses, problem: problem ?? 'no metrics' };
    }
    status.set('ScalingActive', 'True', 'ValidMetricFound', `the HPA was able to successfully calculate a replica count from ${best.name}`);
    return { replicas: best.replicas, metric: best.name, statuses, problem };
  }

  /** The pods in question; a text when they cannot be told. */
  private situation(hpa: HorizontalPodAutoscaler, status: AutoscalerStatus, scale: Scale, specReplicas: number, now: number): Situation | string {
    const invalid = (event: string, reason: string, error: string, message = error): string => {
      this.events.event(hpa, 'Warning', event, error);
      status.set('ScalingActive', 'False', reason, message);
      return error;
    };
    const text = scale.status.selector;
    if (!text) return invalid('SelectorRequired', 'InvalidSelector', 'selector is required', "the HPA target's scale is missing a selector");
    let selector: LabelSelector;
    try {
      selector = parseLabelSelector(text);
    } catch (e) {
      return invalid('InvalidSelector', 'InvalidSelector', `couldn't convert selector into a corresponding internal selector object: ${(e as Error).message}`);
    }
    const namespace = hpa.metadata.namespace!;
    this.selectors.set(keyOf(hpa), selector);
    const selected = this.selected(namespace, selector);
    const rivals = this.controlling(namespace, selected);
    if (rivals.length > 1) return invalid('AmbiguousSelector', 'AmbiguousSelector', `pods by selector ${text} are controlled by multiple HPAs: [${rivals.join(' ')}]`);
    return { namespace, selector: text, pods: () => this.selected(namespace, selector), specReplicas, statusReplicas: scale.status.replicas ?? 0, tolerances: tolerancesOf(hpa), now };
  }

  private selected(namespace: string, selector: LabelSelector): readonly Pod[] {
    const exact = selector.requirements.filter((r) => r.operator === 'In' && r.values.length === 1).map((r) => [r.key, r.values[0]!]);
    return labelled(this.pods, namespace, Object.fromEntries(exact) as Record<string, string>).filter((p) => selector.matches(p.metadata.labels));
  }

  private controlling(namespace: string, pods: readonly Pod[]): string[] {
    const found: string[] = [];
    for (const [key, s] of this.selectors) {
      const [ns, name] = key.split('/');
      if (ns === namespace && pods.some((p) => s.matches(p.metadata.labels))) found.push(`{${name} ${ns}}`);
    }
    return found.sort();
  }

  private historyOf(hpa: HorizontalPodAutoscaler, current: number, now: number): History {
    let history = this.histories.get(keyOf(hpa));
    if (!history) this.histories.set(keyOf(hpa), (history = new History(current, now)));
    return history;
  }

  private async write(hpa: HorizontalPodAutoscaler, status: HorizontalPodAutoscaler['status']): Promise<void> {
    const { currentMetrics, ...rest } = hpa.status;
    if (sameJson(status, currentMetrics ? hpa.status : rest)) return;
    try {
      await this.x.client.update<HorizontalPodAutoscaler>(HORIZONTAL_POD_AUTOSCALERS, { ...hpa, status }, { subresource: 'status' });
    } catch (e) {
      const why = (e as Error).message;
      this.events.event(hpa, 'Warning', 'FailedUpdateStatus', why);
      throw new Error(`failed to update status for ${hpa.metadata.name}: ${why}`, { cause: e });
    }
  }
}

function tolerancesOf(hpa: HorizontalPodAutoscaler): { down: number; up: number } {
  const { scaleUp, scaleDown } = hpa.spec.behavior ?? {};
  const of = (t: string | undefined): number => (t === undefined ? TOLERANCE : quantityMilliValue(t) / 1000);
  return { down: of(scaleDown?.tolerance), up: of(scaleUp?.tolerance) };
}
