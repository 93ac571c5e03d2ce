import { quantityMilliValue } from '../../api/quantity';
import { apparmorFieldFor, APPARMOR_PREFIX } from './apparmor';
import { semanticEqual } from './equality';
import { ipWarnings } from './ip';
import { nodeLabelDeprecation, nodeSelectorTermWarnings } from './node-label-warnings';
import { portWarnings } from './port-warnings';
import type { Raw, ResourceList } from './raw';
import { overlapWarnings } from './volume-overlap-warnings';

const DEPRECATED_ANNOTATIONS: readonly (readonly [string, string])[] = [
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  ['security.alpha.kubernetes.io/unsafe-sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
];
const DEPRECATED_VOLUMES: readonly (readonly [string, string, string?])[] = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+', 'storageOS'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['ephemeral', ''],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const NO_SELECTOR = 'a null labelSelector results in matching no pod';

/** Warnings about a pod template at `path` ('spec.template'). */
export function podTemplateWarnings(template: Raw | undefined, path: string, _old?: Raw): string[] {
  return template ? podWarnings((template.spec ?? {}) as Raw, (template.metadata ?? {}) as Raw, path) : [];
}

/** Warnings about a pod spec and its metadata; `path` is '' for a pod, else the template's. In upstream's order. */
export function podWarnings(spec: Raw, meta: Raw, path: string): string[] {
  const found: string[] = [];
  const root = path ? `${path}.` : '';
  const at = `${root}spec`;
  const annotations = (meta.annotations ?? {}) as Record<string, string>;
  for (const key in spec.nodeSelector as Raw | undefined) {
    const deprecated = nodeLabelDeprecation(key);
    if (deprecated) found.push(`${at}.nodeSelector[${key}]: ${deprecated}`);
  }
  if (spec.affinity?.nodeAffinity) pushNodeAffinity(found, spec.affinity.nodeAffinity, `${at}.affinity.nodeAffinity`);
  pushSpread(found, spec, at);
  for (const [key, message] of DEPRECATED_ANNOTATIONS) if (key in annotations) found.push(`${root}metadata.annotations[${key}]: ${message}`);
  const volumes = spec.volumes as Raw[] | undefined;
  if (volumes) {
    volumes.forEach((v, i) => pushVolume(found, v, `${at}.volumes[${i}]`));
    found.push(...overlapWarnings(volumes));
  }
  pushDuplicates(found, spec.hostAliases, 'ip', 'ip', `${at}.hostAliases`);
  pushDuplicates(found, spec.imagePullSecrets, 'name', 'name', `${at}.imagePullSecrets`);
  ((spec.imagePullSecrets ?? []) as Raw[]).forEach((s, i) => {
    if (!s.name) found.push(`${at}.imagePullSecrets[${i}].name: invalid empty name ""`);
  });
  if (spec.overhead) pushFraction(found, spec.overhead, `${at}.overhead`, 'memory', 'ephemeral-storage');
  if (!spec.securityContext?.seccompProfile && SECCOMP_POD in annotations) {
    found.push(`${root}metadata.annotations[${SECCOMP_POD}]: non-functional in v1.27+; use the "seccompProfile" field instead`);
  }
  eachContainer(spec, at, (c, p) => pushContainer(found, c, p, spec, annotations, path));
  found.push(...portWarnings(spec, at));
  if (spec.terminationGracePeriodSeconds < 0) {
    found.push(`${at}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`);
  }
  for (const kind of ['podAffinity', 'podAntiAffinity']) if (spec.affinity?.[kind]) pushPodAffinity(found, spec.affinity[kind], `${at}.affinity.${kind}`);
  ((spec.dnsConfig?.nameservers ?? []) as string[]).forEach((ip, i) => found.push(...ipWarnings(ip, `${at}.dnsConfig.nameservers[${i}]`)));
  ((spec.hostAliases ?? []) as Raw[]).forEach((a, i) => found.push(...ipWarnings((a.ip ?? '') as string, `${at}.hostAliases[${i}].ip`)));
  return found;
}

/** Calls `f` with every container of a pod spec at `at` and its path: init, regular, ephemeral. */
export function eachContainer(spec: Raw, at: string, f: (c: Raw, path: string) => void): void {
  for (const list of ['initContainers', 'containers', 'ephemeralContainers']) {
    const containers = spec[list] as Raw[] | undefined;
    if (containers) for (let i = 0; i < containers.length; i++) f(containers[i]!, `${at}.${list}[${i}]`);
  }
}

function pushNodeAffinity(found: string[], n: Raw, path: string): void {
  ((n.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []) as Raw[]).forEach((t, i) => {
    found.push(...nodeSelectorTermWarnings(t, false, `${path}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${i}]`));
  });
  ((n.preferredDuringSchedulingIgnoredDuringExecution ?? []) as Raw[]).forEach((t, i) => {
    found.push(...nodeSelectorTermWarnings((t.preference ?? {}) as Raw, true, `${path}.preferredDuringSchedulingIgnoredDuringExecution[${i}].preference`));
  });
}

function pushPodAffinity(found: string[], a: Raw, path: string): void {
  ((a.requiredDuringSchedulingIgnoredDuringExecution ?? []) as Raw[]).forEach((t, i) => {
    if (!t.labelSelector) found.push(`${path}.requiredDuringSchedulingIgnoredDuringExecution[${i}].labelSelector: ${NO_SELECTOR}`);
  });
  ((a.preferredDuringSchedulingIgnoredDuringExecution ?? []) as Raw[]).forEach((t, i) => {
    if (!t.podAffinityTerm?.labelSelector) found.push(`${path}.preferredDuringSchedulingIgnoredDuringExecution[${i}].podAffinityTerm.labelSelector: ${NO_SELECTOR}`);
  });
}

function pushSpread(found: string[], spec: Raw, at: string): void {
  ((spec.topologySpreadConstraints ?? []) as Raw[]).forEach((t, i) => {
    const deprecated = nodeLabelDeprecation(t.topologyKey as string);
    if (deprecated) found.push(`${at}.topologySpreadConstraints[${i}].topologyKey: ${t.topologyKey} is ${deprecated}`);
    if (!t.labelSelector) found.push(`${at}.topologySpreadConstraints[${i}].labelSelector: ${NO_SELECTOR}`);
  });
}

function pushVolume(found: string[], v: Raw, path: string): void {
  for (const [field, message, shown] of DEPRECATED_VOLUMES) {
    if (!v[field]) continue;
    if (message) found.push(`${path}.${shown ?? field}: ${message}`);
    else found.push(...claimSpecWarnings(v.ephemeral?.volumeClaimTemplate?.spec, `${path}.ephemeral.volumeClaimTemplate.spec`));
  }
}

/** Warnings about the spec of a PersistentVolumeClaim at `path`. */
export function claimSpecWarnings(spec: Raw | undefined, path: string): string[] {
  const found: string[] = [];
  for (const list of ['requests', 'limits']) {
    const amounts = spec?.resources?.[list] as ResourceList | undefined;
    if (amounts) pushFraction(found, amounts, `${path}.resources.${list}`, 'storage');
  }
  return found;
}

function pushDuplicates(found: string[], list: Raw[] | undefined, field: string, word: string, path: string): void {
  if (!list || list.length < 2) return;
  const seen = new Set<string>();
  list.forEach((item, i) => {
    const value = (item[field] ?? '') as string;
    if (seen.has(value)) found.push(`${path}[${i}].${field}: duplicate ${word} ${JSON.stringify(value)}`);
    seen.add(value);
  });
}

/** Bytes come in whole numbers. */
function pushFraction(found: string[], amounts: ResourceList, path: string, ...names: string[]): void {
  for (const name of names) {
    const q = amounts[name];
    if (q === undefined || q.charCodeAt(q.length - 1) !== 109 /* m: the only canonical suffix of fractions left by rounding */) continue;
    if (quantityMilliValue(q) % 1000 !== 0) found.push(`${path}[${name}]: fractional byte value ${JSON.stringify(q)} is invalid, must be an integer`);
  }
}

function pushContainer(found: string[], c: Raw, p: string, spec: Raw, annotations: Record<string, string>, path: string): void {
  const root = path ? `${path}.` : '';
  for (const _ in annotations) {
    if (!c.securityContext?.seccompProfile && SECCOMP_CONTAINER + c.name in annotations) {
      found.push(`${root}metadata.annotations[${SECCOMP_CONTAINER}${c.name}]: non-functional in v1.27+; use the "seccompProfile" field instead`);
    }
    // pods are warned when the annotation is turned into the field
    const annotation = path && !c.securityContext?.appArmorProfile ? annotations[APPARMOR_PREFIX + c.name] : undefined;
    if (annotation !== undefined && !semanticEqual(spec.securityContext?.appArmorProfile, apparmorFieldFor(annotation) ?? {})) {
      found.push(`${root}metadata.annotations[${APPARMOR_PREFIX}${c.name}]: deprecated since v1.30; use the "appArmorProfile" field instead`);
    }
    break;
  }
  for (const name of ['memory', 'ephemeral-storage']) {
    if (c.resources?.limits) pushFraction(found, c.resources.limits, `${p}.resources.limits`, name);
    if (c.resources?.requests) pushFraction(found, c.resources.requests, `${p}.resources.requests`, name);
  }
  const env = c.env as Raw[] | undefined;
  if (!env || env.length < 2) return;
  const seen = new Set<string>();
  env.forEach((e, i) => {
    if (!seen.has(e.name)) return void seen.add(e.name);
    const ref = `$(${e.name})`;
    const value = (e.value ?? '') as string;
    if (e.valueFrom || value === ref || !value.includes(ref)) {
      found.push(`${p}.env[${i}]: hides previous definition of ${JSON.stringify(e.name)}, which may be dropped when using apply`);
    }
  });
}
