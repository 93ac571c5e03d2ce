import { forbiddenField, invalidValue, type FieldError } from '../../../api/errors/field-error';
import type { KubeObject } from '../../../api/meta/object';
import { semanticEqual } from '../../shared/equality';
import type { Raw, ResourceList } from '../../shared/raw';
import { MIRROR_ANNOTATION } from './annotation-changes';
import { podQos } from './qos';
import { pushPodErrors } from './validate-create';

const ONLY = 'only cpu and memory resources are mutable';

function listOf(spec: Raw, name: string): Raw[] {
  return (spec[name] ?? []) as Raw[];
}

function removed(now: ResourceList | undefined, before: ResourceList | undefined): boolean {
  return Object.keys(before ?? {}).some((r) => now?.[r] === undefined);
}

/** The list with cpu and memory as they were. */
function settle(now: ResourceList | undefined, before: ResourceList | undefined): ResourceList | undefined {
  if (!now && !before) return undefined;
  const list: ResourceList = { ...now };
  for (const r of ['cpu', 'memory']) {
    delete list[r];
    if (before?.[r] !== undefined) list[r] = before[r];
  }
  return Object.keys(list).length ? list : undefined;
}

/** Resources with cpu and memory of requests and limits as they were. */
function settleResources(now: Raw | undefined, before: Raw | undefined, keepClaims: boolean): Raw {
  const out: Raw = keepClaims ? { ...now } : {};
  for (const list of ['limits', 'requests']) {
    const settled = settle(now?.[list], before?.[list]);
    if (settled) out[list] = settled;
    else delete out[list];
  }
  return out;
}

function pushOrderErrors(errors: FieldError[], spec: Raw, old: Raw): boolean {
  const count = errors.length;
  for (const list of ['containers', 'initContainers']) {
    const now = listOf(spec, list);
    const before = listOf(old, list);
    if (now.length !== before.length) errors.push(forbiddenField(`spec.${list}`, `${list} may not be added or removed on resize`));
    else {
      before.forEach((c, i) => {
        if (now[i]!.name !== c.name) errors.push(forbiddenField(`spec.${list}[${i}].name`, `${list} may not be renamed or reordered on resize`));
      });
    }
  }
  return errors.length === count;
}

function pushRemovals(errors: FieldError[], now: Raw | undefined, before: Raw | undefined, path: string, what: string): void {
  if (removed(now?.requests, before?.requests)) errors.push(forbiddenField(`${path}.requests`, `${what} requests cannot be removed`));
  if (removed(now?.limits, before?.limits)) errors.push(forbiddenField(`${path}.limits`, `${what} limits cannot be removed`));
}

/** Checks pod-level resources and sets them back in `munged`. */
function settlePodLevel(errors: FieldError[], munged: Raw, old: Raw): void {
  const amounts = (r: Raw | undefined): number => Object.keys((r?.requests ?? {}) as object).length + Object.keys((r?.limits ?? {}) as object).length;
  if (!amounts(old.resources) && !amounts(munged.resources)) return;
  if (old.resources && !munged.resources) {
    errors.push(forbiddenField('spec.resources', 'pod-level resources cannot be removed'));
    return;
  }
  if (old.resources) pushRemovals(errors, munged.resources, old.resources, 'spec.resources', 'pod-level resource');
  const settled = settleResources(munged.resources, old.resources, true);
  if (!old.resources && !Object.keys(settled).length) delete munged.resources;
  else munged.resources = settled;
  if (!semanticEqual(munged.resources, old.resources)) errors.push(forbiddenField('spec', 'only cpu and memory resources are mutable at pod-level'));
}

/** Containers of every kind can be resized; init containers that are no sidecars not when that would restart them. */
function settleContainers(errors: FieldError[], munged: Raw, old: Raw): void {
  munged.containers = listOf(munged, 'containers').map((c, i) => {
    const before = listOf(old, 'containers')[i]!;
    const settled: Raw = { ...c, resources: settleResources(c.resources, before.resources, false) };
    if (!semanticEqual(settled, before)) errors.push(forbiddenField('spec', ONLY));
    return settled;
  });
  if (!munged.initContainers) return;
  munged.initContainers = listOf(munged, 'initContainers').map((c, i) => {
    const before = listOf(old, 'initContainers')[i]!;
    const path = `spec.initContainers[${i}]`;
    const settled: Raw = { ...c, resources: settleResources(c.resources, before.resources, false) };
    if (!semanticEqual(settled, before)) errors.push(forbiddenField(path, 'only cpu and memory resources for init or sidecar containers are mutable'));
    if (c.restartPolicy !== 'Always' && !semanticEqual(c, before)) {
      for (const p of listOf(c, 'resizePolicy')) {
        if (p.restartPolicy === 'RestartContainer') errors.push(forbiddenField(path, 'non-sidecar init containers with a resize policy of RestartContainer cannot be resized'));
      }
    }
    return settled;
  });
}

/** Complaints about an update through pods/resize (ValidatePodResize). */
export function validatePodResize(o: KubeObject, old: KubeObject): FieldError[] {
  if (old.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) return [forbiddenField('', 'static pods cannot be resized')];
  if (old.spec?.os?.name === 'windows') return [forbiddenField('', 'windows pods cannot be resized')];
  const errors: FieldError[] = [];
  pushPodErrors(errors, o);
  const before = old.spec as Raw;
  if ((old.status?.qosClass ?? podQos(before)) !== podQos(o.spec as Raw)) {
    errors.push(invalidValue('spec', o.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing'));
  }
  const running = ((old.status?.containerStatuses ?? []) as Raw[]).find((s) => s.state?.running);
  if (running && !running.resources) errors.push(forbiddenField('spec', 'Pod running on node without support for resize'));
  const munged: Raw = { ...(o.spec as Raw) };
  settlePodLevel(errors, munged, before);
  if (old.status?.nodeAllocatableResourceClaimStatuses?.length) errors.push(forbiddenField('spec', 'pods with node allocatable resource claims cannot be resized'));
  if (!pushOrderErrors(errors, o.spec as Raw, before)) return errors;
  listOf(before, 'initContainers').forEach((c, i) => {
    pushRemovals(errors, listOf(o.spec as Raw, 'initContainers')[i]!.resources, c.resources, `spec.initContainers[${i}].resources`, 'resource');
  });
  listOf(before, 'containers').forEach((c, i) => {
    pushRemovals(errors, listOf(o.spec as Raw, 'containers')[i]!.resources, c.resources, `spec.containers[${i}].resources`, 'resource');
  });
  settleContainers(errors, munged, before);
  if (!errors.length && !semanticEqual(munged, before)) errors.push(forbiddenField('spec', ONLY));
  return errors;
}
