import { givenEmpty } from '../../api/schema/empties';
import { duplicate, forbiddenField, invalidValue, notFoundValue, notSupported, required, tooLong, type FieldError } from '../../api/errors/field-error';
import { compareQuantity } from '../../api/quantity';
import { pushAffinityErrors } from './affinity-validation';
import { pushLabelNameErrors, pushMessages, pushNotSupported, pushSubdomainErrors } from './checks';
import { aggregateResources } from './container-resources';
import { pushContainersErrors, pushEphemeralErrors, pushInitContainersErrors } from './container-validation';
import { pushDnsConfigErrors, pushDnsPolicyErrors } from './dns-validation';
import { goValue } from './go-value';
import { validateLegacyIp } from './ip';
import { pushLabelErrors } from './labels';
import { isQualifiedName, longerThan } from './names';
import { pushVolumesErrors } from './pod-volumes';
import { eachContainer } from './pod-warnings';
import type { Raw, ResourceList } from './raw';
import { isHugePages, validateResourceName } from './resource-names';
import { pushResourceErrors } from './resource-requirements';
import { pushPodSecurityErrors } from './security-context';
import { pushSpreadErrors } from './spread-validation';
import { pushTolerationErrors } from './tolerations';
import { pushHostProcessErrors, pushLinuxPodErrors, pushWindowsPodErrors } from './windows-options';
import { amountOf } from './resource-list';

const MAX_INT32 = 2147483647;
const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const PREEMPTION = ['PreemptLowerPriority', 'Never'];
const NO_CLAIMS: ReadonlySet<string> = new Set();
const MIRROR = 'kubernetes.io/config.mirror';

function listOf(spec: Raw, name: string): Raw[] {
  return (spec[name] ?? []) as Raw[];
}

function pushClaims(errors: FieldError[], claims: readonly Raw[], meta: Raw, path: string): void {
  const names = new Set<string>();
  claims.forEach((c, i) => {
    const at = `${path}[${i}]`;
    if (meta.annotations?.[MIRROR] !== undefined) return void errors.push(forbiddenField('', 'static pods do not support resource claims'));
    if (!c.name) errors.push(required(`${at}.name`));
    else if (names.has(c.name)) errors.push(duplicate(`${at}.name`, c.name));
    else {
      pushLabelNameErrors(errors, c.name, `${at}.name`);
      names.add(c.name);
    }
    const { resourceClaimName: name, resourceClaimTemplateName: template } = c as { resourceClaimName?: string; resourceClaimTemplateName?: string };
    const refuse = (why: string): void => void errors.push(invalidValue(at, goValue('PodResourceClaim', c), why));
    if (name !== undefined && template !== undefined) refuse('at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified');
    if (name === undefined && template === undefined) refuse('must specify one of: `resourceClaimName`, `resourceClaimTemplateName`');
    if (name !== undefined) pushSubdomainErrors(errors, name, `${at}.resourceClaimName`);
    if (template !== undefined) pushSubdomainErrors(errors, template, `${at}.resourceClaimTemplateName`);
  });
}

function validatePodResourceName(name: string, path: string): FieldError[] {
  const errors = validateResourceName(name, path);
  if (errors.length || name === 'cpu' || name === 'memory' || isHugePages(name)) return errors;
  return [notSupported(path, name, ['cpu', 'hugepages-', 'memory'])];
}

/** Resources of the pod as a whole: enough for its containers together. */
function pushPodResources(errors: FieldError[], spec: Raw, path: string): void {
  const r = spec.resources as { limits?: ResourceList; requests?: ResourceList; claims?: unknown };
  if (spec.os?.name === 'windows') return void errors.push(forbiddenField(path, 'may not be set for a windows pod'));
  if (r.claims ?? givenEmpty(r, 'claims')) errors.push(forbiddenField(`${path}.claims`, 'claims may not be set for Resources at pod-level'));
  pushResourceErrors(errors, r, NO_CLAIMS, path, validatePodResourceName);
  const requests = aggregateResources(spec, 'requests');
  for (const name in requests) {
    const own = amountOf(r.requests, name);
    if (own !== undefined && compareQuantity(requests[name]!, own) > 0) {
      errors.push(invalidValue(`${path}.requests[${name}]`, own, `must be greater than or equal to aggregate container requests of ${requests[name]}`));
    }
  }
  const limits = aggregateResources(spec, 'limits');
  for (const name in limits) {
    const own = amountOf(r.limits, name);
    if (isHugePages(name) && own !== undefined && compareQuantity(limits[name]!, own) > 0) {
      errors.push(invalidValue(`${path}.limits[${name}]`, own, `must be greater than or equal to aggregate container limits of ${limits[name]}`));
    }
  }
  listOf(spec, 'containers').forEach((c, i) => {
    const list = c.resources?.limits as ResourceList | undefined;
    for (const name in list) {
      const own = amountOf(r.limits, name);
      if (own !== undefined && compareQuantity(list[name]!, own) > 0) {
        errors.push(invalidValue(`${path}.containers[${i}][${name}].limits`, list[name], `must be less than or equal to pod limits of ${own}`));
      }
    }
  });
}

function pushHostPorts(errors: FieldError[], spec: Raw, path: string, isPod: boolean): void {
  listOf(spec, 'containers').forEach((c, i) => {
    listOf(c, 'ports').forEach((p, j) => {
      const host = (p.hostPort ?? 0) as number;
      if ((isPod || host !== 0) && host !== (p.containerPort ?? 0)) {
        errors.push(invalidValue(`${path}.containers[${i}].ports[${j}].hostPort`, host, 'must match `containerPort` when `hostNetwork` is true'));
      }
    });
  });
}

/** A pod in a user namespace of its own cannot share others of the host. */
function pushHostUsers(errors: FieldError[], spec: Raw, path: string): void {
  const refuse = (field: string): void => void errors.push(forbiddenField(field, 'when `hostUsers` is false'));
  if (spec.hostNetwork) refuse(`${path}.hostNetwork`);
  if (spec.hostPID) refuse(`${path}.HostPID`);
  if (spec.hostIPC) refuse(`${path}.HostIPC`);
  eachContainer(spec, path, (c, p) => {
    if (c.volumeDevices?.length) refuse(`${p}.volumeDevices`);
  });
}

function pushHostnameOverride(errors: FieldError[], spec: Raw, path: string): void {
  const at = `${path}.hostnameOverride`;
  if (spec.setHostnameAsFQDN) errors.push(forbiddenField(at, 'may not be specified when setHostnameAsFQDN is true'));
  if (spec.hostNetwork) errors.push(forbiddenField(at, 'may not be specified when hostNetwork is true'));
  if (longerThan(spec.hostnameOverride, 64)) errors.push(tooLong(at, 64));
  pushSubdomainErrors(errors, spec.hostnameOverride, at);
}

function pushGates(errors: FieldError[], spec: Raw, path: string): void {
  listOf(spec, 'readinessGates').forEach((g, i) => {
    const type = (g.conditionType ?? '') as string;
    pushMessages(errors, isQualifiedName(type), type, `${path}.readinessGates[${i}].conditionType`);
  });
  const seen = new Set<string>();
  listOf(spec, 'schedulingGates').forEach((g, i) => {
    const at = `${path}.schedulingGates[${i}]`;
    const name = (g.name ?? '') as string;
    pushMessages(errors, isQualifiedName(name), name, at);
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
  });
}

function pushNames(errors: FieldError[], spec: Raw, path: string): void {
  if (spec.serviceAccountName) pushSubdomainErrors(errors, spec.serviceAccountName, `${path}.serviceAccountName`);
  if (spec.nodeName) pushSubdomainErrors(errors, spec.nodeName, `${path}.nodeName`);
  const deadline = spec.activeDeadlineSeconds as number | undefined;
  if (deadline !== undefined && (deadline < 1 || deadline > MAX_INT32)) {
    errors.push(invalidValue(`${path}.activeDeadlineSeconds`, deadline, `must be between 1 and ${MAX_INT32}, inclusive`));
  }
  if (spec.hostname) pushLabelNameErrors(errors, spec.hostname, `${path}.hostname`);
  if (spec.subdomain) pushLabelNameErrors(errors, spec.subdomain, `${path}.subdomain`);
}

function pushOs(errors: FieldError[], spec: Raw, path: string): void {
  const name = (spec.os.name ?? '') as string;
  if (!name) errors.push(required(`${path}.os.name`));
  else if (name === 'linux') pushLinuxPodErrors(errors, spec, path);
  else if (name === 'windows') pushWindowsPodErrors(errors, spec, path);
  else errors.push(notSupported(`${path}.os`, name, ['linux', 'windows']));
}

/** Variables read from files need a volume that the pod itself fills. */
function pushFileKeyVolumes(errors: FieldError[], spec: Raw, path: string): void {
  eachContainer(spec, path, (c, p) => {
    listOf(c, 'env').forEach((e, i) => {
      const ref = e.valueFrom?.fileKeyRef as Raw | undefined;
      if (!ref) return;
      const at = `${p}.env[${i}].valueFrom.fileKeyRef.volumeName`;
      const name = (ref.volumeName ?? '') as string;
      const volume = listOf(spec, 'volumes').findLast((v) => v.name === name);
      if (!volume) errors.push(notFoundValue(at, name));
      else if (!volume.emptyDir) errors.push(invalidValue(at, name, 'referenced volume must be of type emptyDir'));
    });
  });
}

/** Complaints about a PodSpec at `path`, in upstream's order (ValidatePodSpec). `meta` is the pod's metadata; {} for a template. */
export function pushPodSpecErrors(errors: FieldError[], spec: Raw, meta: Raw, path: string, isPod: boolean): void {
  const volumes = pushVolumesErrors(errors, listOf(spec, 'volumes'), (meta.name ?? '') as string, `${path}.volumes`, isPod);
  const claims = spec.resourceClaims ? new Set(listOf(spec, 'resourceClaims').flatMap((c) => (c.name ? [c.name as string] : []))) : NO_CLAIMS;
  if (spec.resourceClaims) pushClaims(errors, spec.resourceClaims, meta, `${path}.resourceClaims`);
  const scope = { spec, volumes, claims };
  pushContainersErrors(errors, listOf(spec, 'containers'), scope, `${path}.containers`);
  if (spec.initContainers) pushInitContainersErrors(errors, spec.initContainers, listOf(spec, 'containers'), scope, `${path}.initContainers`);
  if (spec.ephemeralContainers) pushEphemeralErrors(errors, spec.ephemeralContainers, scope, `${path}.ephemeralContainers`);
  if (spec.resources) pushPodResources(errors, spec, `${path}.resources`);
  if (spec.hostNetwork) pushHostPorts(errors, spec, path, isPod);
  if (!RESTART_POLICIES.includes(spec.restartPolicy)) errors.push(notSupported(`${path}.restartPolicy`, spec.restartPolicy, RESTART_POLICIES));
  pushDnsPolicyErrors(errors, spec, path);
  if (spec.nodeSelector) pushLabelErrors(errors, spec.nodeSelector, `${path}.nodeSelector`);
  pushPodSecurityErrors(errors, spec, `${path}.securityContext`);
  if (spec.affinity) pushAffinityErrors(errors, spec.affinity, `${path}.affinity`);
  pushDnsConfigErrors(errors, spec, path);
  if (spec.readinessGates || spec.schedulingGates) pushGates(errors, spec, path);
  if (spec.topologySpreadConstraints) pushSpreadErrors(errors, spec.topologySpreadConstraints, `${path}.topologySpreadConstraints`);
  pushHostProcessErrors(errors, spec, path);
  if (spec.hostUsers === false) pushHostUsers(errors, spec, path);
  if (spec.hostnameOverride !== undefined) pushHostnameOverride(errors, spec, path);
  pushNames(errors, spec, path);
  listOf(spec, 'tolerations').forEach((t, i) => pushTolerationErrors(errors, t, `${path}.tolerations[${i}]`));
  listOf(spec, 'hostAliases').forEach((a, i) => {
    errors.push(...validateLegacyIp((a.ip ?? '') as string, `${path}.hostAliases[${i}].ip`));
    ((a.hostnames ?? []) as string[]).forEach((h, j) => pushSubdomainErrors(errors, h, `${path}.hostAliases[${i}].hostnames[${j}]`));
  });
  if (spec.priorityClassName) pushSubdomainErrors(errors, spec.priorityClassName, `${path}.priorityClassName`);
  if (spec.runtimeClassName !== undefined) pushSubdomainErrors(errors, spec.runtimeClassName, `${path}.runtimeClassName`);
  if (spec.preemptionPolicy !== undefined) {
    if (!spec.preemptionPolicy) errors.push(required(`${path}.preemptionPolicy`));
    else pushNotSupported(errors, spec.preemptionPolicy, PREEMPTION, `${path}.preemptionPolicy`);
  }
  if (spec.overhead) pushResourceErrors(errors, { limits: spec.overhead as ResourceList }, NO_CLAIMS, `${path}.overhead`);
  if (spec.os) pushOs(errors, spec, path);
  pushFileKeyVolumes(errors, spec, path);
}
