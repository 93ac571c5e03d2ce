import { duplicate, forbiddenField, invalidValue, notSupported, required, tooLong, type FieldError } from '../../../api/errors/field-error';
import type { KubeObject } from '../../../api/meta/object';
import { pushLabelNameErrors, pushMessages, pushSubdomainErrors } from '../../shared/checks';
import { isUserId } from '../../shared/formats';
import { goValue } from '../../shared/go-value';
import { parseIpSloppy, validateLegacyIp } from '../../shared/ip';
import { isQualifiedName, longerThan } from '../../shared/names';
import type { Raw } from '../../shared/raw';
import { pushAnnotationChangeErrors } from './annotation-changes';
import { pushStateTransitions } from './state-transitions';

const SYSTEM_CONDITIONS = ['PodScheduled', 'Ready', 'Initialized'];
const HEALTH = ['Healthy', 'Unhealthy', 'Unknown'];
const MAX_MESSAGE = 1024;

function listOf(o: Raw | undefined, name: string): Raw[] {
  return (o?.[name] ?? []) as Raw[];
}

function pushConditions(errors: FieldError[], conditions: readonly Raw[]): void {
  conditions.forEach((c, i) => {
    const path = `status.conditions[${i}]`;
    if (c.observedGeneration < 0) errors.push(invalidValue(`${path}.observedGeneration`, c.observedGeneration, 'must be a non-negative integer'));
    const type = (c.type ?? '') as string;
    if (!SYSTEM_CONDITIONS.includes(type)) pushMessages(errors, isQualifiedName(type), type, `${path}.Type`);
  });
}

function pushIps(errors: FieldError[], list: string, goType: string, now: readonly Raw[], before: readonly Raw[]): void {
  const ips = now.map((e) => (e.ip ?? '') as string);
  const known = before.map((e) => (e.ip ?? '') as string);
  ips.forEach((ip, i) => errors.push(...validateLegacyIp(ip, `status.${list}[${i}]`, known)));
  if (ips.length < 2) return;
  const families = new Set(ips.map((ip) => parseIpSloppy(ip)?.family));
  if (families.size !== 2 || ips.length > 2) errors.push(invalidValue(`status.${list}`, goValue(goType, now), 'may specify no more than one IP for each IP family'));
}

function pushClaimStatuses(errors: FieldError[], status: Raw, spec: Raw): void {
  const claims = new Set(listOf(spec, 'resourceClaims').map((c) => c.name));
  const seen = new Set<string>();
  listOf(status, 'resourceClaimStatuses').forEach((s, i) => {
    const path = `status.resourceClaimStatuses[${i}]`;
    if (!claims.has(s.name)) errors.push(invalidValue(`${path}.name`, s.name, 'must match the name of an entry in `spec.resourceClaims`'));
    if (seen.has(s.name)) errors.push(duplicate(`${path}.name`, s.name));
    seen.add(s.name);
    if (s.resourceClaimName !== undefined) pushSubdomainErrors(errors, s.resourceClaimName, `${path}.resourceClaimName`);
  });
}

function pushExtendedClaim(errors: FieldError[], claim: Raw | undefined, spec: Raw): void {
  if (!claim) return;
  const path = 'status.extendedResourceClaimStatus';
  const containers = new Map([...listOf(spec, 'initContainers'), ...listOf(spec, 'containers')].map((c) => [c.name as string, c]));
  const mappings = listOf(claim, 'requestMappings');
  if (!mappings.length) errors.push(required(`${path}.requestMappings`, 'at least one request mapping is required'));
  const seen = new Set<string>();
  mappings.forEach((m, i) => {
    const at = `${path}.requestMappings[${i}]`;
    const c = containers.get(m.containerName);
    if (!c) errors.push(invalidValue(`${at}.containerName`, m.containerName, 'must match the name of an entry in spec.initContainers.name or spec.containers.name'));
    else if (c.resources?.requests?.[m.resourceName] === undefined) {
      errors.push(invalidValue(`${at}.resourceName`, m.resourceName, 'must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests'));
    }
    pushLabelNameErrors(errors, (m.requestName ?? '') as string, `${path}.requestName`);
    const key = JSON.stringify([m.containerName, m.resourceName, m.requestName]);
    if (seen.has(key)) for (const f of ['containerName', 'resourceName', 'requestName']) errors.push(duplicate(`${at}.${f}`, m[f]));
    seen.add(key);
  });
  if (!claim.resourceClaimName) errors.push(required(`${path}.resourceClaimName`));
  else pushSubdomainErrors(errors, claim.resourceClaimName, `${path}.resourceClaimName`);
}

function pushUsers(errors: FieldError[], statuses: readonly Raw[], path: string, os: string): void {
  statuses.forEach((s, i) => {
    const user = s.user?.linux as Raw | undefined;
    if (!user) return;
    const at = `${path}[${i}].user.linux`;
    if (os === 'windows') return void errors.push(forbiddenField(at, 'cannot be set for a windows pod'));
    for (const id of ['uid', 'gid']) pushMessages(errors, isUserId((user[id] ?? 0) as number), user[id] ?? 0, `${at}.${id}`);
    ((user.supplementalGroups ?? []) as number[]).forEach((g, j) => pushMessages(errors, isUserId(g), g, `${at}.supplementalGroups[${j}]`));
  });
}

function resourceNames(c: Raw, name: string): string[] {
  if (!name.startsWith('claim:')) return Object.keys((c.resources?.requests ?? {}) as object);
  return listOf(c.resources, 'claims').map((claim) => `claim:${claim.name}${claim.request ? `/${claim.request}` : ''}`);
}

function pushAllocated(errors: FieldError[], statuses: readonly Raw[], path: string, containers: readonly Raw[]): void {
  statuses.forEach((s, i) => {
    listOf(s, 'allocatedResourcesStatus').forEach((a, j) => {
      const at = `${path}[${i}].allocatedResourcesStatus[${j}]`;
      const c = containers.find((x) => x.name === s.name);
      if (c && !resourceNames(c, a.name as string).includes(a.name as string)) {
        const rule = (a.name as string).startsWith('claim:')
          ? "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty"
          : "must match one of the container's resource requests";
        errors.push(invalidValue(`${at}.name`, a.name, rule));
      }
      const seen = new Set<string>();
      listOf(a, 'resources').forEach((r, k) => {
        const p = `${at}.resources[${k}]`;
        if (!HEALTH.includes(r.health)) errors.push(notSupported(`${p}.health`, r.health ?? '', HEALTH));
        if (r.message === '') errors.push(required(`${p}.message`, 'must be non-empty if specified'));
        else if (r.message !== undefined && longerThan(r.message, MAX_MESSAGE)) errors.push(tooLong(`${p}.message`, MAX_MESSAGE));
        if (seen.has(r.resourceID)) errors.push(duplicate(`${p}.resourceID`, r.resourceID));
        seen.add(r.resourceID);
      });
    });
  });
}

/** Complaints about an update of pods/status (ValidatePodStatusUpdate). */
export function validatePodStatus(o: KubeObject, old: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const status = (o.status ?? {}) as Raw;
  const before = (old.status ?? {}) as Raw;
  const spec = old.spec as Raw;
  pushAnnotationChangeErrors(errors, o, old);
  pushConditions(errors, listOf(status, 'conditions'));
  const nominated = (status.nominatedNodeName ?? '') as string;
  if (nominated && nominated !== before.nominatedNodeName) {
    pushSubdomainErrors(errors, nominated, 'status.nominatedNodeName');
    if (spec.nodeName) errors.push(forbiddenField('status.nominatedNodeName', 'may not be set on pods that are already bound to a node'));
  }
  if (status.observedGeneration < 0) errors.push(invalidValue('status.observedGeneration', status.observedGeneration, 'must be a non-negative integer'));
  if ((status.qosClass ?? '') !== (before.qosClass ?? '')) errors.push(invalidValue('status.qosClass', status.qosClass ?? '', 'field is immutable'));
  pushStateTransitions(errors, status, before, spec);
  pushClaimStatuses(errors, status, spec);
  pushExtendedClaim(errors, status.extendedResourceClaimStatus, spec);
  pushIps(errors, 'podIPs', '[]PodIP', listOf(status, 'podIPs'), listOf(before, 'podIPs'));
  const hosts = listOf(status, 'hostIPs');
  if (hosts.length && (status.hostIP ?? '') !== hosts[0]!.ip) errors.push(invalidValue('status.hostIPs[0].ip', hosts[0]!.ip, 'must be equal to `hostIP`'));
  pushIps(errors, 'hostIPs', '[]HostIP', hosts, listOf(before, 'hostIPs'));
  const os = (spec.os?.name ?? 'linux') as string;
  for (const list of ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses']) pushUsers(errors, listOf(status, list), `status.${list}`, os);
  pushAllocated(errors, listOf(status, 'containerStatuses'), 'status.containerStatuses', listOf(spec, 'containers'));
  pushAllocated(errors, listOf(status, 'initContainerStatuses'), 'status.initContainerStatuses', listOf(spec, 'initContainers'));
  listOf(status, 'ephemeralContainerStatuses').forEach((s, i) => {
    if (listOf(s, 'allocatedResourcesStatus').length) {
      errors.push(forbiddenField(`status.ephemeralContainerStatuses[${i}].allocatedResourcesStatus`, 'must not be specified in container status'));
    }
  });
  return errors;
}
