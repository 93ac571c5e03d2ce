import type { Clock, Disposable } from '../../util/clock';
import type { ProbeOutcome, ProbeSpec, Runtime } from '../runtime/runtime';

export type ProbeKind = 'Startup' | 'Liveness' | 'Readiness';

export interface ProbeTarget {
  id: string;
  startup?: ProbeSpec;
  liveness?: ProbeSpec;
  readiness?: ProbeSpec;
  /** A probe has failed or succeeded often enough: its result has changed. */
  result(kind: ProbeKind, ok: boolean): void;
  /** A single try has failed. */
  failed(kind: ProbeKind, output: string): void;
}

const NAMES = { Startup: 'startup', Liveness: 'liveness', Readiness: 'readiness' } as const;

interface Watch {
  kind: ProbeKind;
  spec: ProbeSpec;
  /** Tries in a row with the same outcome. */
  run: number;
  lastOk: boolean | undefined;
  result: boolean | undefined;
  timer: Disposable | undefined;
}

/** Probes containers as the kubelet does: liveness and readiness begin when the startup probe has succeeded. */
export class Prober {
  private readonly targets = new Map<string, { target: ProbeTarget; watches: Watch[] }>();

  constructor(
    private readonly runtime: Runtime,
    private readonly clock: Clock,
  ) {}

  /** Begins with a container that has just started, or that runs on since `startedAt` with the results it had. */
  start(target: ProbeTarget, startedAt: number, known?: { started: boolean; ready: boolean }): void {
    this.stop(target.id);
    if (!target.startup && !target.liveness && !target.readiness) return;
    const entry = { target, watches: [] as Watch[] };
    this.targets.set(target.id, entry);
    if (target.startup && !known?.started) this.watch(entry, 'Startup', target.startup, startedAt, undefined);
    else this.begin(entry, startedAt, known?.ready);
  }

  stop(id: string): void {
    const entry = this.targets.get(id);
    if (!entry) return;
    this.targets.delete(id);
    for (const w of entry.watches) w.timer?.dispose();
  }

  /** What the probes say may have changed though they were steady: they are tried again. */
  again(id: string): void {
    const entry = this.targets.get(id);
    for (const w of [...(entry?.watches ?? [])]) if (!w.timer && w.result && w.kind !== 'Startup') this.try(entry!, w);
  }

  private begin(entry: { target: ProbeTarget; watches: Watch[] }, startedAt: number, ready: boolean | undefined): void {
    const { liveness, readiness } = entry.target;
    if (liveness) this.watch(entry, 'Liveness', liveness, startedAt, true);
    if (readiness) this.watch(entry, 'Readiness', readiness, startedAt, ready ?? false);
  }

  private watch(entry: { target: ProbeTarget; watches: Watch[] }, kind: ProbeKind, spec: ProbeSpec, startedAt: number, result: boolean | undefined): void {
    const w: Watch = { kind, spec, run: 0, lastOk: undefined, result, timer: undefined };
    entry.watches.push(w);
    const wait = startedAt + (spec.initialDelaySeconds ?? 0) * 1000 - this.clock.now();
    // A probe without initial delay is tried at once: a pod whose probes succeed is ready as it starts.
    if (wait <= 0) this.try(entry, w);
    else w.timer = this.clock.after(wait, () => this.due(entry, w));
  }

  private due(entry: { target: ProbeTarget; watches: Watch[] }, w: Watch): void {
    w.timer = undefined;
    this.try(entry, w);
  }

  private try(entry: { target: ProbeTarget; watches: Watch[] }, w: Watch): void {
    const outcome = this.runtime.probe(entry.target.id, w.spec, NAMES[w.kind]);
    if (!(outcome instanceof Promise)) {
      this.took(entry, w, outcome);
      return;
    }
    void outcome.then(
      (o) => this.took(entry, w, o),
      (e: unknown) => this.took(entry, w, { ok: false, output: (e as Error).message }),
    );
  }

  private took(entry: { target: ProbeTarget; watches: Watch[] }, w: Watch, o: ProbeOutcome): void {
    const { target } = entry;
    if (this.targets.get(target.id) !== entry) return;
    if (!o.ok) target.failed(w.kind, o.output);
    w.run = w.lastOk === o.ok ? w.run + 1 : 1;
    w.lastOk = o.ok;
    const enough = o.ok ? (w.spec.successThreshold ?? 1) : (w.spec.failureThreshold ?? 3);
    if (w.run >= enough && w.result !== o.ok) {
      w.result = o.ok;
      target.result(w.kind, o.ok);
      if (this.targets.get(target.id) !== entry) return;
      if (w.kind === 'Startup') {
        if (o.ok) this.begin(entry, this.clock.now(), undefined);
        return;
      }
    }
    // What will succeed for as long as the container runs need not be asked again.
    if (o.ok && o.steady && w.result) return;
    w.timer = this.clock.after((w.spec.periodSeconds ?? 10) * 1000, () => this.due(entry, w));
  }
}
