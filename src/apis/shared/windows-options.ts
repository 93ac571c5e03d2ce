import { givenEmpty } from '../../api/schema/empties';
import { forbiddenField, invalidValue, type FieldError } from '../../api/errors/field-error';
import { pushMessages } from './checks';
import { isDns1123Subdomain, longerThan } from './names';
import { eachContainer } from './pod-warnings';
import type { Raw } from './raw';

const MAX_SPEC = 64 * 1024;
const MAX_DOMAIN = 256;
const MAX_USER = 104;
// eslint-disable-next-line no-control-regex -- these are what it looks for
const CONTROL = /[\x00-\x1f\x7f]/;
const NETBIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const DNS_DOMAIN = /^([a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?\.)*[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/;
const ONLY_DOTS = /^[. ]+$/;
const BAD_CHARS = /["/\\:;|=,+*?<>@[\]]/;

function pushUserName(errors: FieldError[], name: string, path: string): void {
  const add = (why: string): void => void errors.push(invalidValue(path, name, `runAsUserName${why}`));
  if (!name) return add(' cannot be an empty string');
  if (CONTROL.test(name)) return add(' cannot contain control characters');
  const parts = name.split('\\');
  if (parts.length > 2) return add(' cannot contain more than one backslash');
  const user = parts[parts.length - 1]!;
  const domain = parts.length === 2 ? parts[0]! : undefined;
  if (domain !== undefined) {
    if (longerThan(domain, MAX_DOMAIN - 1)) add(`'s Domain length must be under ${MAX_DOMAIN} characters`);
    if (!NETBIOS.test(domain) && !DNS_DOMAIN.test(domain)) add("'s Domain doesn't match the NetBios nor the DNS format");
  }
  if (!user) add("'s User cannot be empty");
  else if (longerThan(user, MAX_USER)) add(`'s User length must not be longer than ${MAX_USER} characters`);
  if (ONLY_DOTS.test(user)) add("'s User cannot contain only periods or spaces");
  if (BAD_CHARS.test(user)) add('\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]');
}

/** Complaints about windowsOptions of a pod or container. */
export function pushWindowsOptionErrors(errors: FieldError[], o: Raw | undefined, path: string): void {
  if (!o) return;
  if (o.gmsaCredentialSpecName !== undefined) pushMessages(errors, isDns1123Subdomain(o.gmsaCredentialSpecName), o.gmsaCredentialSpecName, `${path}.gmsaCredentialSpecName`);
  const spec = o.gmsaCredentialSpec as string | undefined;
  if (spec === '') errors.push(invalidValue(`${path}.gmsaCredentialSpec`, spec, 'gmsaCredentialSpec cannot be an empty string'));
  else if (spec !== undefined && longerThan(spec, MAX_SPEC)) errors.push(invalidValue(`${path}.gmsaCredentialSpec`, spec, 'gmsaCredentialSpec size must be under 64 KiB'));
  if (o.runAsUserName !== undefined) pushUserName(errors, o.runAsUserName, `${path}.runAsUserName`);
}

/** Containers with the rights of the host come all or none. */
export function pushHostProcessErrors(errors: FieldError[], spec: Raw, path: string): void {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess as boolean | undefined;
  let all = 0;
  let host = 0;
  let any = ofPod !== undefined;
  eachContainer(spec, path, (c, p) => {
    all++;
    const own = c.securityContext?.windowsOptions?.hostProcess as boolean | undefined;
    any ||= own !== undefined;
    if (ofPod !== undefined && own !== undefined && ofPod !== own) {
      errors.push(invalidValue(`${p}.securityContext.windowsOptions.hostProcess`, own, `pod hostProcess value must be identical if both are specified, was ${ofPod}`));
    }
    if (own ?? ofPod) host++;
  });
  if (!any || !host) return;
  if (host !== all) errors.push(invalidValue(path, '', 'If pod contains any hostProcess containers then all containers must be HostProcess containers'));
  if (!spec.hostNetwork) errors.push(invalidValue(`${path}.hostNetwork`, false, 'hostNetwork must be true if pod contains any hostProcess containers'));
}

const NOT_WINDOWS = 'cannot be set for a windows pod';
const POD_FIELDS: readonly (readonly [string, 'spec' | 'context'])[] = [
  ['appArmorProfile', 'context'],
  ['seLinuxOptions', 'context'],
  ['hostUsers', 'spec'],
  ['hostPID', 'spec'],
  ['hostIPC', 'spec'],
  ['seccompProfile', 'context'],
  ['fsGroup', 'context'],
  ['fsGroupChangePolicy', 'context'],
  ['sysctls', 'context'],
  ['shareProcessNamespace', 'spec'],
  ['runAsUser', 'context'],
  ['runAsGroup', 'context'],
  ['supplementalGroups', 'context'],
  ['supplementalGroupsPolicy', 'context'],
  ['seLinuxChangePolicy', 'context'],
];
const CONTAINER_FIELDS = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
];
/** Fields that Go holds without a pointer: false and empty are as good as not set. */
const BY_VALUE = new Set(['hostPID', 'hostIPC', 'sysctls']);

/** What Linux has and a pod for Windows may not ask for. */
export function pushWindowsPodErrors(errors: FieldError[], spec: Raw, path: string): void {
  for (const [field, where] of POD_FIELDS) {
    const from = (where === 'spec' ? spec : spec.securityContext) as Raw | undefined;
    const value = (from?.[field] ?? givenEmpty(from, field)) as unknown;
    if (value === undefined || (BY_VALUE.has(field) && (value === false || (value as unknown[]).length === 0))) continue;
    errors.push(forbiddenField(where === 'spec' ? `${path}.${field}` : `${path}.securityContext.${field}`, NOT_WINDOWS));
  }
  eachContainer(spec, path, (c, p) => {
    for (const field of CONTAINER_FIELDS) if (c.securityContext?.[field] !== undefined) errors.push(forbiddenField(`${p}.securityContext.${field}`, NOT_WINDOWS));
  });
}

/** And the other way round. */
export function pushLinuxPodErrors(errors: FieldError[], spec: Raw, path: string): void {
  const refused = 'windows options cannot be set for a linux pod';
  if (spec.securityContext?.windowsOptions) errors.push(forbiddenField(`${path}.securityContext.windowsOptions`, refused));
  eachContainer(spec, path, (c, p) => {
    if (c.securityContext?.windowsOptions) errors.push(forbiddenField(`${p}.securityContext.windowsOptions`, refused));
  });
}
