import { isReason } from '../../api/errors/status-error';
import { keyOf } from '../../api/meta/object';
import { formatTime } from '../../api/meta/time';
import { PODS } from '../../client/resources';
import type { PodInfo } from '../cache/pod-info';
import type { PluginContext } from '../framework/plugin';
import type { Candidate } from './select-victims';

/** Evicts victims in the background; the pod they make room for stays out of the queue until the last of them is on its way. */
export class PreemptionExecutor {
  /** Preemptors at work; with the key of the last victim once only that one is left. */
  private readonly running = new Map<string, string | undefined>();

  constructor(private readonly x: PluginContext) {}

  /** Whether evictions for the pod are still to be sent. */
  isRunning(uid: string): boolean {
    if (!this.running.has(uid)) return false;
    const last = this.running.get(uid);
    if (last === undefined) return true;
    const victim = this.x.caches.informer(PODS).get(last);
    return victim !== undefined && victim.metadata.deletionTimestamp === undefined;
  }

  start(candidate: Candidate, preemptor: PodInfo): void {
    const victims = candidate.victims.filter((p) => !p.terminating);
    if (!victims.length) return;
    this.x.metrics.preemptionVictims(candidate.victims.length);
    this.running.set(preemptor.uid, undefined);
    // After the cycle: the preemptor has to be back in the queue when the first victim goes.
    queueMicrotask(() => void this.evict(victims, candidate.node.name, preemptor));
  }

  private async evict(victims: readonly PodInfo[], nodeName: string, preemptor: PodInfo): Promise<void> {
    try {
      const lower = this.x.nominator.forNode(nodeName).filter((p) => p.priority < preemptor.priority);
      await Promise.all(lower.map((p) => this.clearNomination(p)));
      await Promise.all(victims.slice(0, -1).map((v) => this.preempt(v, nodeName, preemptor)));
      const last = victims.at(-1)!;
      this.running.set(preemptor.uid, keyOf(last.pod));
      await this.preempt(last, nodeName, preemptor);
    } catch (err) {
      this.x.log.error({ err, pod: keyOf(preemptor.pod), node: nodeName }, 'preemption failed');
      this.running.delete(preemptor.uid);
      this.x.activate(preemptor);
    } finally {
      this.running.delete(preemptor.uid);
    }
  }

  private async preempt(victim: PodInfo, nodeName: string, preemptor: PodInfo): Promise<void> {
    const { client, schedulerName, clock } = this.x;
    let how = `Preempted by pod ${preemptor.uid} on node ${nodeName}`;
    if (this.x.waiting.reject(victim.uid, 'DefaultPreemption', 'preempted')) how += ' (in kube-scheduler memory).';
    else {
      const condition = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'PreemptionByScheduler',
        message: `${schedulerName}: preempting to accommodate a higher priority pod`,
        lastTransitionTime: formatTime(clock.now()),
        ...(victim.pod.metadata.generation === undefined ? {} : { observedGeneration: victim.pod.metadata.generation }),
      };
      try {
        await client.patch(PODS, victim.namespace, victim.name, 'strategic', { metadata: { uid: victim.uid }, status: { conditions: [condition] } }, { subresource: 'status' });
        await client.delete(PODS, victim.namespace, victim.name, { preconditions: { uid: victim.uid } });
      } catch (e) {
        // Somebody else was faster.
        if (isReason(e, 'NotFound')) return;
        throw e;
      }
    }
    this.x.events.event(victim.pod, undefined, 'Normal', 'Preempted', 'Preempting', how);
  }

  private async clearNomination(p: PodInfo): Promise<void> {
    this.x.nominator.delete(p.uid);
    try {
      await this.x.client.patch(PODS, p.namespace, p.name, 'merge', { metadata: { uid: p.uid }, status: { nominatedNodeName: null } }, { subresource: 'status' });
    } catch (err) {
      if (!isReason(err, 'NotFound')) this.x.log.warn({ err, pod: keyOf(p.pod) }, 'nomination could not be taken back');
    }
  }
}
