import { duplicate, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import { pushMessages, pushNotSupported } from './checks';
import { isUserId } from './formats';
import { goValue } from './go-value';
import { longerThan } from './names';
import type { Raw } from './raw';
import { pushAppArmorErrors, pushSeccompErrors } from './security-profiles';
import { pushWindowsOptionErrors } from './windows-options';

const SYSCTL_FMT = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
const SYSCTL = new RegExp(SYSCTL_FMT);
const MAX_SYSCTL = 253;
const PROC_MOUNTS = ['Default', 'Unmasked'];
const ESCALATION = 'cannot set `allowPrivilegeEscalation` to false and';

/** Complaints about the securityContext of a container; `hostUsers` false: it runs in a user namespace. */
export function pushContainerSecurityErrors(errors: FieldError[], sc: Raw, path: string, hostUsers: boolean): void {
  if (sc.runAsUser !== undefined) pushMessages(errors, isUserId(sc.runAsUser), sc.runAsUser, `${path}.runAsUser`);
  if (sc.runAsGroup !== undefined) pushMessages(errors, isUserId(sc.runAsGroup), sc.runAsGroup, `${path}.runAsGroup`);
  if (sc.procMount !== undefined) {
    if (!PROC_MOUNTS.includes(sc.procMount)) errors.push(notSupported(`${path}.procMount`, sc.procMount, PROC_MOUNTS));
    if (hostUsers && sc.procMount === 'Unmasked') errors.push(invalidValue(`${path}.procMount`, sc.procMount, '`hostUsers` must be false to use `Unmasked`'));
  }
  if (sc.seccompProfile) pushSeccompErrors(errors, sc.seccompProfile, `${path}.seccompProfile`);
  if (sc.allowPrivilegeEscalation === false) {
    const refuse = (what: string): void => void errors.push(invalidValue(path, goValue('SecurityContext', sc), `${ESCALATION} ${what}`));
    if (sc.privileged) refuse('`privileged` to true');
    for (const cap of (sc.capabilities?.add ?? []) as string[]) if (cap === 'CAP_SYS_ADMIN') refuse('`capabilities.Add` CAP_SYS_ADMIN');
  }
  pushWindowsOptionErrors(errors, sc.windowsOptions, `${path}.windowsOptions`);
  if (sc.appArmorProfile) pushAppArmorErrors(errors, sc.appArmorProfile, `${path}.appArmorProfile`);
}

/** Namespace that a sysctl belongs to, where it has one of its own. */
function namespaceOf(name: string): 'net' | 'ipc' | undefined {
  const dotted = normalizeSysctl(name);
  if (dotted.startsWith('net.')) return 'net';
  return dotted === 'kernel.sem' || dotted.startsWith('kernel.shm') || dotted.startsWith('kernel.msg') || dotted.startsWith('fs.mqueue.') ? 'ipc' : undefined;
}

/** With the separators that come first as dots: 'net/ipv4/conf' is 'net.ipv4.conf'. */
function normalizeSysctl(name: string): string {
  const first = name.search(/[./]/);
  if (first < 0 || name[first] === '.') return name;
  return name.replace(/[./]/g, (c) => (c === '/' ? '.' : '/'));
}

/** Why a sysctl cannot be set in a pod that shares the host's namespace. */
export function hostSysctlProblem(name: string, spec: Raw): string | undefined {
  const ns = namespaceOf(name);
  if (spec.hostNetwork && ns === 'net') return "may not be specified when 'hostNetwork' is true";
  return spec.hostIPC && ns === 'ipc' ? "may not be specified when 'hostIPC' is true" : undefined;
}

function pushSysctls(errors: FieldError[], sysctls: readonly Raw[], spec: Raw, path: string): void {
  const seen = new Set<string>();
  sysctls.forEach((s, i) => {
    const at = `${path}[${i}].name`;
    const name = (s.name ?? '') as string;
    if (!name) errors.push(required(at));
    else if (longerThan(name, MAX_SYSCTL) || !SYSCTL.test(name)) errors.push(invalidValue(at, name, `must have at most ${MAX_SYSCTL} characters and match regex ${SYSCTL_FMT}`));
    else if (seen.has(name)) errors.push(duplicate(at, name));
    const problem = hostSysctlProblem(name, spec);
    if (problem) errors.push(invalidValue(at, name, problem));
    seen.add(name);
  });
}

/** Complaints about the securityContext of a pod. */
export function pushPodSecurityErrors(errors: FieldError[], spec: Raw, path: string): void {
  const sc = spec.securityContext as Raw | undefined;
  if (sc) {
    for (const f of ['fsGroup', 'runAsUser', 'runAsGroup']) if (sc[f] !== undefined) pushMessages(errors, isUserId(sc[f] as number), sc[f], `${path}.${f}`);
    ((sc.supplementalGroups ?? []) as number[]).forEach((g, i) => pushMessages(errors, isUserId(g), g, `${path}.supplementalGroups[${i}]`));
  }
  if (spec.shareProcessNamespace && spec.hostPID) {
    errors.push(invalidValue(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled'));
  }
  if (!sc) return;
  if (sc.sysctls) pushSysctls(errors, sc.sysctls, spec, `${path}.sysctls`);
  if (sc.fsGroupChangePolicy !== undefined) pushNotSupported(errors, sc.fsGroupChangePolicy, ['Always', 'OnRootMismatch'], `${path}.fsGroupChangePolicy`);
  if (sc.seccompProfile) pushSeccompErrors(errors, sc.seccompProfile, `${path}.seccompProfile`);
  if (sc.windowsOptions) pushWindowsOptionErrors(errors, sc.windowsOptions, `${path}.windowsOptions`);
  if (sc.appArmorProfile) pushAppArmorErrors(errors, sc.appArmorProfile, `${path}.appArmorProfile`);
  if (sc.supplementalGroupsPolicy !== undefined) pushNotSupported(errors, sc.supplementalGroupsPolicy, ['Merge', 'Strict'], `${path}.supplementalGroupsPolicy`);
  // MountOption is for volumes of all access modes, which is still off.
  if (sc.seLinuxChangePolicy !== undefined) pushNotSupported(errors, sc.seLinuxChangePolicy, ['Recursive'], `${path}.seLinuxChangePolicy`);
}
