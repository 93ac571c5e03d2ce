import type { KubeObject } from '../../api/meta/object';
import type { Clock, Disposable } from '../../util/clock';
import type { Random } from '../../util/random';
import { compileField, compilePath } from './object-path';
import type { Stage, StageExpression, StageNumber } from './stage';

interface Compiled {
  stage: Stage;
  matches(o: KubeObject): boolean;
}

/** Takes objects through their stages: `consider` is to be called with every version of an object. */
export class StageEngine {
  private readonly stages: readonly Compiled[];
  private readonly pending = new Map<string, { stage: Stage; among: number; timer: Disposable; object: KubeObject }>();

  /** @param perform does what a stage says, on the newest version of the object that was considered */
  constructor(
    stages: readonly Stage[],
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly perform: (o: KubeObject, stage: Stage) => void,
  ) {
    this.stages = stages.map((stage) => ({ stage, matches: compileSelector(stage) }));
  }

  consider(o: KubeObject): void {
    const uid = o.metadata.uid!;
    const waiting = this.pending.get(uid);
    const matching = this.stages.filter((s) => s.matches(o)).map((s) => s.stage);
    if (waiting && matching.includes(waiting.stage)) {
      // On its way already; the version that counts is the newest. What comes to match beside it has its chance.
      waiting.object = o;
      if (matching.length <= waiting.among) return;
      waiting.among = matching.length;
    }
    const stage = this.draw(matching, o);
    if (waiting && stage === waiting.stage) return;
    this.forget(uid);
    if (!stage) return;
    const ms = this.delayOf(stage, o);
    if (ms <= 0) {
      this.perform(o, stage);
      return;
    }
    const entry = { stage, among: matching.length, object: o, timer: this.clock.after(ms, () => this.due(uid)) };
    this.pending.set(uid, entry);
  }

  /** The object is gone. */
  forget(uid: string): void {
    this.pending.get(uid)?.timer.dispose();
    this.pending.delete(uid);
  }

  stop(): void {
    for (const uid of [...this.pending.keys()]) this.forget(uid);
  }

  private due(uid: string): void {
    const entry = this.pending.get(uid)!;
    this.pending.delete(uid);
    this.perform(entry.object, entry.stage);
  }

  /** Whether any stage is for the object as it is. */
  concerns(o: KubeObject): boolean {
    return this.stages.some((s) => s.matches(o));
  }

  private draw(stages: readonly Stage[], o: KubeObject): Stage | undefined {
    if (stages.length <= 1) return stages[0];
    const weights = stages.map((s) => Math.max(0, this.number(s.weight, o) ?? 0));
    const total = weights.reduce((sum, w) => sum + w, 0);
    if (total === 0) return stages[this.random.int(stages.length)];
    let n = this.random.int(total);
    return stages.find((_, i) => (n -= weights[i]!) < 0);
  }

  private number(n: StageNumber | undefined, o: KubeObject): number | undefined {
    return typeof n === 'function' ? n(o, this.clock.now()) : n;
  }

  private delayOf(s: Stage, o: KubeObject): number {
    if (!s.delay) return 0;
    const ms = this.number(s.delay.ms, o) ?? 0;
    const jitterMs = this.number(s.delay.jitterMs, o);
    if (jitterMs === undefined) return ms;
    return jitterMs < ms ? jitterMs : ms + this.random.next() * (jitterMs - ms);
  }
}

function compileSelector(s: Stage): (o: KubeObject) => boolean {
  const { matchLabels = {}, matchAnnotations = {}, matchExpressions = [] } = s.selector;
  const labels = Object.entries(matchLabels);
  const annotations = Object.entries(matchAnnotations);
  const expressions = matchExpressions.map(compileExpression);
  return (o) => {
    for (const [k, v] of labels) if (o.metadata.labels?.[k] !== v) return false;
    for (const [k, v] of annotations) if (o.metadata.annotations?.[k] !== v) return false;
    for (const e of expressions) if (!e(o)) return false;
    return true;
  };
}

function compileExpression(e: StageExpression): (o: KubeObject) => boolean {
  const values = new Set(e.values ?? []);
  const field = compileField(e.key);
  const get = compilePath(e.key);
  const exists = field ? (o: KubeObject) => field(o) !== undefined : (o: KubeObject) => get(o).length > 0;
  const among = field ? (o: KubeObject) => values.has(String(field(o))) : (o: KubeObject) => get(o).some((v) => values.has(String(v)));
  switch (e.operator) {
    case 'Exists':
      return exists;
    case 'DoesNotExist':
      return (o) => !exists(o);
    case 'In':
      return (o) => exists(o) && among(o);
    case 'NotIn':
      return (o) => !exists(o) || !among(o);
  }
}
