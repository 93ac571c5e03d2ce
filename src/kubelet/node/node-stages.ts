import type { KubeObject } from '../../api/meta/object';
import type { ComponentContext } from '../../client/component';
import { NODES } from '../../client/resources';
import { kwokFunctions } from '../stages/kwok-functions';
import type { Stage } from '../stages/stage';
import { StageEngine } from '../stages/stage-engine';
import { isSpecial } from '../stages/stage-file';
import { StageRunner } from '../stages/stage-runner';
import type { ManagedNode } from './managed-node';

/** Takes nodes through stages that were given; there are none unless somebody gives some. */
export class NodeStages {
  /** Stages for all nodes do what the node agent does otherwise: report. */
  readonly general: boolean;
  private readonly engine: StageEngine;
  /** The same stages, going by the marks alone: the status is what they change. */
  private readonly marks: StageEngine;

  constructor(x: ComponentContext, stages: readonly Stage[], version: string, nodeOf: (name: string) => ManagedNode | undefined) {
    const own = stages.filter((s) => s.kind === 'Node');
    this.general = own.some((s) => !isSpecial(s));
    this.marks = new StageEngine(own.map(byMark), x.clock, x.random, () => {});
    const startedAt = x.clock.now();
    const runner = new StageRunner(
      x,
      NODES,
      (o, e) => x.events.recorder('kubelet', o.metadata.name).event({ kind: 'Node', apiVersion: 'v1', name: o.metadata.name, uid: o.metadata.uid }, e.type, e.reason, e.message),
      (o) => kwokFunctions({ clock: x.clock, uuid: () => x.random.uuid(), version, startedAt }, nodeOf(o.metadata.name!), () => ''),
    );
    this.engine = new StageEngine(own, x.clock, x.random, (o, stage) => void runner.run(stage.name, o, stage.next.steps ?? []));
  }

  /** Considers a node as it is now; whether stages are in charge of it. */
  consider(node: KubeObject): boolean {
    const view = withPhase(node);
    this.engine.consider(view);
    return this.general || this.marks.concerns(view);
  }

  forget(uid: string): void {
    this.engine.forget(uid);
  }

  stop(): void {
    this.engine.stop();
  }
}

function byMark(s: Stage): Stage {
  const matchExpressions = (s.selector.matchExpressions ?? []).filter((e) => e.key.startsWith('.metadata.'));
  return { ...s, selector: { ...s.selector, matchExpressions } };
}

/** KWOK's nodes have the phase Running, which kubelets do not write; its stages ask for it. */
function withPhase(node: KubeObject): KubeObject {
  const status = node['status'] as { phase?: string; conditions?: unknown[] } | undefined;
  return !status?.conditions?.length || status.phase ? node : { ...node, status: { ...status, phase: 'Running' } };
}
