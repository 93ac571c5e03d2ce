import { givenEmpty } from '../../api/schema/empties';
import { duplicate, forbiddenField, invalidValue, notFoundValue, notSupported, required, tooMany, type FieldError } from '../../api/errors/field-error';
import { pushLabelNameErrors, pushMessages, pushNotSupported } from './checks';
import { pushEnvErrors, pushEnvFromErrors } from './env-validation';
import { isPortName, isPortNumber } from './formats';
import { pushDeviceErrors, pushMountErrors, type VolumesByName } from './mount-validation';
import { pushLifecycleErrors, pushProbesErrors } from './probe-validation';
import type { Raw } from './raw';
import { pushResourceErrors } from './resource-requirements';
import { pushContainerSecurityErrors } from './security-context';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const CONTAINER_RESTART = ['Always', 'Never', 'OnFailure'];
const NOT_EPHEMERAL = ['ports', 'resources', 'resizePolicy', 'restartPolicy', 'restartPolicyRules', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'];

/** What the containers of a pod are checked against. */
export interface ContainerScope {
  spec: Raw;
  volumes: VolumesByName;
  claims: ReadonlySet<string>;
}

function pushPorts(errors: FieldError[], ports: readonly Raw[], path: string): void {
  const names = new Set<string>();
  for (let i = 0; i < ports.length; i++) {
    const p = ports[i]!;
    const at = `${path}[${i}]`;
    if (p.name) {
      const bad = isPortName(p.name);
      if (bad.length) pushMessages(errors, bad, p.name, `${at}.name`);
      else if (names.has(p.name)) errors.push(duplicate(`${at}.name`, p.name));
      else names.add(p.name);
    }
    if (!p.containerPort) errors.push(required(`${at}.containerPort`));
    else pushMessages(errors, isPortNumber(p.containerPort), p.containerPort, `${at}.containerPort`);
    if (p.hostPort) pushMessages(errors, isPortNumber(p.hostPort), p.hostPort, `${at}.hostPort`);
    if (!p.protocol) errors.push(required(`${at}.protocol`));
    else if (!PROTOCOLS.includes(p.protocol)) errors.push(notSupported(`${at}.protocol`, p.protocol, PROTOCOLS));
  }
}

function pushResizePolicies(errors: FieldError[], policies: readonly Raw[], restartPolicy: string, path: string): void {
  const seen = new Set<string>();
  policies.forEach((p, i) => {
    const resource = (p.resourceName ?? '') as string;
    const policy = (p.restartPolicy ?? '') as string;
    if (seen.has(resource)) errors.push(duplicate(`${path}[${i}]`, resource));
    seen.add(resource);
    if (!resource) errors.push(required(path));
    else pushNotSupported(errors, resource, ['cpu', 'memory'], path);
    if (!policy) errors.push(required(path));
    else pushNotSupported(errors, policy, ['NotRequired', 'RestartContainer'], path);
    if (restartPolicy === 'Never' && policy !== 'NotRequired') errors.push(invalidValue(path, policy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
  });
}

/** What every kind of container is checked for (validateContainerCommon). */
function pushCommon(errors: FieldError[], c: Raw, s: ContainerScope, path: string): void {
  if (!c.name) errors.push(required(`${path}.name`));
  else pushLabelNameErrors(errors, c.name, `${path}.name`);
  if (!c.image) errors.push(required(`${path}.image`));
  const message = c.terminationMessagePolicy as string | undefined;
  if (message !== 'File' && message !== 'FallbackToLogsOnError') {
    errors.push(message ? notSupported(`${path}.terminationMessagePolicy`, message, ['File', 'FallbackToLogsOnError']) : required(`${path}.terminationMessagePolicy`));
  }
  if (c.ports) pushPorts(errors, c.ports, `${path}.ports`);
  if (c.env) pushEnvErrors(errors, c.env, `${path}.env`);
  if (c.envFrom) pushEnvFromErrors(errors, c.envFrom, `${path}.envFrom`);
  if (c.volumeMounts) pushMountErrors(errors, c, s.volumes, `${path}.volumeMounts`);
  if (c.volumeDevices) pushDeviceErrors(errors, c, s.volumes, `${path}.volumeDevices`);
  const pull = c.imagePullPolicy as string | undefined;
  if (!pull) errors.push(required(`${path}.imagePullPolicy`));
  else pushNotSupported(errors, pull, PULL_POLICIES, `${path}.imagePullPolicy`);
  const r = c.resources as Raw | undefined;
  if (r && (r.limits || r.requests || r.claims)) pushResourceErrors(errors, r, s.claims, `${path}.resources`);
  if (c.resizePolicy) pushResizePolicies(errors, c.resizePolicy, s.spec.restartPolicy as string, `${path}.resizePolicy`);
  if (c.securityContext) pushContainerSecurityErrors(errors, c.securityContext, `${path}.securityContext`, s.spec.hostUsers !== false);
}

/** A container's own restart policy and the rules by exit code. */
function pushRestart(errors: FieldError[], c: Raw, path: string): void {
  const rules = (c.restartPolicyRules ?? []) as Raw[];
  if (c.restartPolicy === undefined) {
    if (!rules.length) return;
    errors.push(required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used'));
  } else pushNotSupported(errors, c.restartPolicy, CONTAINER_RESTART, `${path}.restartPolicy`);
  const at = `${path}.restartPolicyRules`;
  if (rules.length > 20) errors.push(tooMany(at, rules.length, 20));
  rules.forEach((r, i) => {
    pushNotSupported(errors, (r.action ?? '') as string, ['Restart', 'RestartAllContainers'], `${at}[${i}].action`);
    if (!r.exitCodes) return void errors.push(required(`${at}[${i}].exitCodes`, 'must be specified'));
    pushNotSupported(errors, (r.exitCodes.operator ?? '') as string, ['In', 'NotIn'], `${at}[${i}].exitCodes.operator`);
    const codes = (r.exitCodes.values ?? []) as number[];
    if (codes.length > 255) errors.push(tooMany(`${at}[${i}].exitCodes.values`, codes.length, 255));
  });
}

/** Host ports that two containers of `containers` ask for. */
function pushHostPortConflicts(errors: FieldError[], containers: readonly Raw[], path: string): void {
  let taken: Set<string> | undefined;
  containers.forEach((c, i) => {
    ((c.ports ?? []) as Raw[]).forEach((p, j) => {
      if (!p.hostPort) return;
      const key = `${p.protocol}/${p.hostIP ?? ''}/${p.hostPort}`;
      taken ??= new Set();
      if (taken.has(key)) errors.push(duplicate(`${path}[${i}].ports[${j}].hostPort`, key));
      taken.add(key);
    });
  });
}

/** Complaints about the containers of a pod (validateContainers). */
export function pushContainersErrors(errors: FieldError[], containers: readonly Raw[], s: ContainerScope, path: string): void {
  if (!containers.length) return void errors.push(required(path));
  const names = new Set<string>();
  const grace = s.spec.terminationGracePeriodSeconds as number | undefined;
  for (let i = 0; i < containers.length; i++) {
    const c = containers[i]!;
    const at = `${path}[${i}]`;
    pushCommon(errors, c, s, at);
    const name = (c.name ?? '') as string;
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    if (c.lifecycle) pushLifecycleErrors(errors, c.lifecycle, grace, `${at}.lifecycle`, s.spec.os?.name as string | undefined);
    pushProbesErrors(errors, c, grace, at);
    if (c.restartPolicy !== undefined || c.restartPolicyRules) pushRestart(errors, c, at);
  }
  pushHostPortConflicts(errors, containers, path);
}

/** Complaints about the init containers and sidecars of a pod (validateInitContainers). */
export function pushInitContainersErrors(errors: FieldError[], containers: readonly Raw[], regular: readonly Raw[], s: ContainerScope, path: string): void {
  const names = new Set(regular.map((c) => (c.name ?? '') as string));
  const grace = s.spec.terminationGracePeriodSeconds as number | undefined;
  containers.forEach((c, i) => {
    const at = `${path}[${i}]`;
    pushCommon(errors, c, s, at);
    pushRestart(errors, c, at);
    const name = (c.name ?? '') as string;
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    else if (name) names.add(name);
    pushHostPortConflicts(errors, [c], path);
    const sidecar = c.restartPolicy === 'Always';
    if (sidecar) {
      if (c.lifecycle) pushLifecycleErrors(errors, c.lifecycle, grace, `${at}.lifecycle`, s.spec.os?.name as string | undefined);
      pushProbesErrors(errors, c, grace, at);
      return;
    }
    for (const f of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe']) {
      if (c[f]) errors.push(forbiddenField(`${at}.${f}`, 'may not be set for init containers without restartPolicy=Always'));
    }
    ((c.resizePolicy ?? []) as Raw[]).forEach((p, j) => {
      if (p.restartPolicy !== 'RestartContainer') return;
      errors.push(invalidValue(`${at}.resizePolicy[${j}].restartPolicy`, p.restartPolicy, "must not be set to 'RestartContainer' for non-sidecar initContainers"));
    });
  });
}

/** A field of a container that is not its zero in Go: `resources` is a struct there, the others are nil when nobody gave them. */
function isSet(c: Raw, field: string): boolean {
  const value = (c[field] ?? givenEmpty(c, field)) as Raw | undefined;
  return value !== undefined && (field !== 'resources' || Object.keys(value).length > 0);
}

/** Complaints about the ephemeral containers of a pod (validateEphemeralContainers). */
export function pushEphemeralErrors(errors: FieldError[], list: readonly Raw[], s: ContainerScope, path: string): void {
  const others = new Set([...((s.spec.containers ?? []) as Raw[]), ...((s.spec.initContainers ?? []) as Raw[])].map((c) => c.name as string));
  const names = new Set(others);
  list.forEach((c, i) => {
    const at = `${path}[${i}]`;
    pushCommon(errors, c, s, at);
    pushImageSpaces(errors, c, at);
    if (names.has(c.name)) errors.push(duplicate(`${at}.name`, c.name));
    names.add(c.name);
    if (c.targetContainerName && !others.has(c.targetContainerName)) errors.push(notFoundValue(`${at}.targetContainerName`, c.targetContainerName));
    for (const f of NOT_EPHEMERAL) {
      if (isSet(c, f)) errors.push(forbiddenField(`${at}.${f}`, 'cannot be set for an Ephemeral Container'));
    }
    ((c.volumeMounts ?? []) as Raw[]).forEach((m, j) => {
      for (const f of ['subPath', 'subPathExpr']) if (m[f]) errors.push(forbiddenField(`${at}.volumeMounts[${j}].${f}`, 'cannot be set for an Ephemeral Container'));
    });
  });
}

/** A pod's image may not have spaces around it; a template's may. */
export function pushImageSpaces(errors: FieldError[], c: Raw, path: string): void {
  const image = (c.image ?? '') as string;
  const space = (i: number): boolean => image.charCodeAt(i) <= 32 || image.charCodeAt(i) >= 128;
  if (image && (space(0) || space(image.length - 1)) && image.trim() !== image) {
    errors.push(invalidValue(`${path}.image`, image, 'must not have leading or trailing whitespace'));
  }
}
