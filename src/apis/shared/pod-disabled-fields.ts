import type { Raw } from './raw';

/** dropDisabledFields for the spec of a template. */
export function dropDisabledTemplateFields(template: Raw | undefined, old: Raw | undefined): void {
  if (template?.spec) dropDisabledSpecFields(template.spec as Raw, old?.spec as Raw | undefined);
}

/**
 * Drops from a pod spec what belongs to feature gates that are off in 1.36: cluster trust bundle and pod certificate projections, stop
 * signals, scheduling groups. What the old spec already uses stays.
 */
export function dropDisabledSpecFields(spec: Raw, old: Raw | undefined): void {
  dropProjection(spec, old, 'clusterTrustBundle');
  dropProjection(spec, old, 'podCertificate');
  if (spec.schedulingGroup && !old?.schedulingGroup) delete spec.schedulingGroup;
  const stopSignal = (c: Raw): boolean => c.lifecycle?.stopSignal !== undefined;
  if (!someContainer(spec, stopSignal) || (old && someContainer(old, stopSignal))) return;
  someContainer(spec, (c) => {
    if (!stopSignal(c)) return false;
    delete c.lifecycle.stopSignal;
    if (!Object.keys(c.lifecycle as object).length) delete c.lifecycle;
    return false;
  });
}

function someContainer(spec: Raw, f: (c: Raw) => boolean): boolean {
  return !!((spec.initContainers as Raw[] | undefined)?.some(f) || (spec.containers as Raw[] | undefined)?.some(f) || (spec.ephemeralContainers as Raw[] | undefined)?.some(f));
}

function hasProjection(spec: Raw | undefined, field: string): boolean {
  const volumes = spec?.volumes as Raw[] | undefined;
  if (!volumes) return false;
  for (const v of volumes) {
    const sources = v.projected?.sources as Raw[] | undefined;
    if (sources) for (const s of sources) if (s[field]) return true;
  }
  return false;
}

function dropProjection(spec: Raw, old: Raw | undefined, field: string): void {
  if (!hasProjection(spec, field) || hasProjection(old, field)) return;
  for (const v of spec.volumes as Raw[]) for (const s of (v.projected?.sources ?? []) as Raw[]) delete s[field];
}
