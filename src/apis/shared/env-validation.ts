import { invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import { compareQuantity } from '../../api/quantity';
import { pushLabelNameErrors, pushMessages, pushSubdomainErrors } from './checks';
import { isConfigMapKey, isEnvVarName } from './formats';
import { isQualifiedName, nameIsDnsSubdomain } from './names';
import { pushBackstepErrors } from './paths';
import type { Raw } from './raw';

const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
/** Fields that a file of a downward API volume may show. */
export const VOLUME_FIELDS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];
const KNOWN_FIELDS = new Set([...ENV_FIELDS, ...VOLUME_FIELDS, 'spec.restartPolicy', 'spec.schedulerName', 'status.phase']);
const RESOURCES = ['limits.cpu', 'limits.ephemeral-storage', 'limits.memory', 'requests.cpu', 'requests.ephemeral-storage', 'requests.memory'];
const BYTE_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];
const SOURCES = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'];
const SUBSCRIPTED = /^(.+?)\['(.*)'\]$/s;

/** Why a pod has no such field for the downward API. */
function fieldProblem(version: string, path: string, base: string | undefined): string | undefined {
  if (version !== 'v1') return `unsupported pod version: ${version}`;
  if (base !== undefined) return base === 'metadata.annotations' || base === 'metadata.labels' ? undefined : `field label does not support subscript: ${path}`;
  return KNOWN_FIELDS.has(path) || path === 'spec.host' ? undefined : `field label not supported: ${path}`;
}

/** Complaints about a reference to a field of the pod; `allowed` sorted. */
export function pushFieldRefErrors(errors: FieldError[], ref: Raw, allowed: readonly string[], path: string): void {
  if (!ref.apiVersion) return void errors.push(required(`${path}.apiVersion`));
  const field = (ref.fieldPath ?? '') as string;
  if (!field) return void errors.push(required(`${path}.fieldPath`));
  const m = SUBSCRIPTED.exec(field);
  const problem = fieldProblem(ref.apiVersion, field, m?.[1]);
  if (problem) return void errors.push(invalidValue(`${path}.fieldPath`, field, `error converting fieldPath: ${problem}`));
  if (m) pushMessages(errors, isQualifiedName(m[1] === 'metadata.annotations' ? m[2]!.toLowerCase() : m[2]!), m[1] === 'metadata.annotations' ? m[2]!.toLowerCase() : m[2]!, path);
  else {
    const shown = field === 'spec.host' ? 'spec.nodeName' : field;
    if (!allowed.includes(shown)) errors.push(notSupported(`${path}.fieldPath`, shown, allowed));
  }
}

function isHugePagesField(resource: string): boolean {
  return resource.startsWith('requests.hugepages-') || resource.startsWith('limits.hugepages-');
}

/** Complaints about a reference to a container's resources; in volumes the container has to be named. */
export function pushResourceFieldRefErrors(errors: FieldError[], ref: Raw, path: string, volume: boolean): void {
  const resource = (ref.resource ?? '') as string;
  if (volume && !ref.containerName) errors.push(required(`${path}.containerName`));
  else if (!resource) errors.push(required(`${path}.resource`));
  else if (!RESOURCES.includes(resource) && !isHugePagesField(resource)) errors.push(notSupported(`${path}.resource`, resource, RESOURCES));
  const divisor = (ref.divisor ?? '0') as string;
  if (divisor === '0' || compareQuantity(divisor, '0') === 0) return;
  const refuse = (allowed: readonly string[], list: string, what: string): void => {
    if (!allowed.includes(divisor)) errors.push(invalidValue(`${path}.divisor`, resource, `only divisor's values ${list} are supported with the ${what} resource`));
  };
  const bytes = BYTE_DIVISORS.join(', ');
  const [, kind] = resource.split('.', 2);
  if (kind === 'cpu') refuse(['1m', '1'], '1m and 1', 'cpu');
  else if (kind === 'memory') refuse(BYTE_DIVISORS, bytes, 'memory');
  else if (kind === 'ephemeral-storage') refuse(BYTE_DIVISORS, bytes, 'local ephemeral storage');
  else if (isHugePagesField(resource)) refuse(BYTE_DIVISORS, bytes, 'hugepages');
}

function pushKeyRef(errors: FieldError[], ref: Raw, path: string): void {
  pushSubdomainErrors(errors, (ref.name ?? '') as string, `${path}.name`);
  if (!ref.key) errors.push(required(`${path}.key`));
  else pushMessages(errors, isConfigMapKey(ref.key), ref.key, `${path}.key`);
}

function pushFileKeyRef(errors: FieldError[], ref: Raw, path: string): void {
  if (!ref.key) errors.push(required(`${path}.key`));
  else pushMessages(errors, isEnvVarName(ref.key), ref.key, `${path}.key`);
  if (!ref.volumeName) errors.push(required(`${path}.volumeName`));
  else pushLabelNameErrors(errors, ref.volumeName, `${path}.volumeName`);
  if (!ref.path) errors.push(required(`${path}.path`));
  else pushBackstepErrors(errors, ref.path, `${path}.path`);
}

function pushValueFrom(errors: FieldError[], e: Raw, path: string): void {
  const from = e.valueFrom as Raw;
  if (from.fieldRef) pushFieldRefErrors(errors, from.fieldRef, ENV_FIELDS, `${path}.fieldRef`);
  if (from.resourceFieldRef) pushResourceFieldRefErrors(errors, from.resourceFieldRef, `${path}.resourceFieldRef`, false);
  if (from.configMapKeyRef) pushKeyRef(errors, from.configMapKeyRef, `${path}.configMapKeyRef`);
  if (from.secretKeyRef) pushKeyRef(errors, from.secretKeyRef, `${path}.secretKeyRef`);
  if (from.fileKeyRef) pushFileKeyRef(errors, from.fileKeyRef, `${path}.fileKeyRef`);
  const sources = SOURCES.filter((s) => from[s]).length;
  if (!sources) errors.push(invalidValue(path, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'));
  else if (e.value) errors.push(invalidValue(path, '', 'may not be specified when `value` is not empty'));
  else if (sources > 1) errors.push(invalidValue(path, '', 'may not have more than one field specified at a time'));
}

/** Complaints about environment variables. */
export function pushEnvErrors(errors: FieldError[], env: readonly Raw[], path: string): void {
  for (let i = 0; i < env.length; i++) {
    const e = env[i]!;
    if (!e.name) errors.push(required(`${path}[${i}].name`));
    else {
      const bad = isEnvVarName(e.name);
      if (bad.length) pushMessages(errors, bad, e.name, `${path}[${i}].name`);
    }
    if (e.valueFrom) pushValueFrom(errors, e, `${path}[${i}].valueFrom`);
  }
}

/** Complaints about sources of whole sets of variables. */
export function pushEnvFromErrors(errors: FieldError[], sources: readonly Raw[], path: string): void {
  sources.forEach((s, i) => {
    if (s.prefix) pushMessages(errors, isEnvVarName(s.prefix), s.prefix, `${path}[${i}].prefix`);
    let count = 0;
    for (const kind of ['configMapRef', 'secretRef']) {
      const ref = s[kind] as Raw | undefined;
      if (!ref) continue;
      count++;
      const at = `${path}[${i}].${kind}.name`;
      if (!ref.name) errors.push(required(at));
      else pushMessages(errors, nameIsDnsSubdomain(ref.name, true), ref.name, at);
    }
    if (!count) errors.push(invalidValue(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    else if (count > 1) errors.push(invalidValue(path, '', 'may not have more than one field specified at a time'));
  });
}
