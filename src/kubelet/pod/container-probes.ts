import type { Prober, ProbeKind } from '../probes/prober';
import type { ContainerRecord } from './container';

/** What a container's probes lead to. */
export interface ProbeEffects {
  /** Readiness or startup has changed. */
  changed(): void;
  /** Liveness or startup has failed for good: the container is to be ended and started again. */
  restart(r: ContainerRecord, kind: ProbeKind): void;
  unhealthy(r: ContainerRecord, kind: ProbeKind, output: string): void;
}

/** Begins to probe a container that has just started; `known`: it has run before with these results. */
export function probeContainer(prober: Prober, r: ContainerRecord, effects: ProbeEffects, known?: { started: boolean; ready: boolean }): void {
  if (r.kind === 'init' || r.kind === 'ephemeral') return;
  const { startupProbe, livenessProbe, readinessProbe } = r.spec;
  const result = (kind: ProbeKind, ok: boolean): void => {
    if (kind === 'Readiness') r.ready = ok;
    else if (!ok) {
      effects.restart(r, kind);
      return;
    } else if (kind === 'Startup') {
      r.started = true;
      r.ready = !readinessProbe;
    }
    effects.changed();
  };
  const target = {
    id: r.id,
    ...(startupProbe ? { startup: startupProbe } : {}),
    ...(livenessProbe ? { liveness: livenessProbe } : {}),
    ...(readinessProbe ? { readiness: readinessProbe } : {}),
    result,
    failed: (kind: ProbeKind, output: string) => effects.unhealthy(r, kind, output),
  };
  prober.start(target, r.startedAt, known);
}
