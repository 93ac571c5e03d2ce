import type { Check, Container, Handler, PodSpec } from './check';
import { containers, containersOf, distinct, offenders, plural, quoted, setters } from './check';

const CAPABILITIES = new Set(['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT']);
const APPARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';
const SECCOMP_POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_ANNOTATION = 'container.seccomp.security.alpha.kubernetes.io/';

export const appArmorProfile: Check = (spec, metadata) => {
  const found = setters(spec, (s) => s.appArmorProfile?.type, isNoProfile);
  const annotations = Object.entries(metadata?.annotations ?? {})
    .filter(([k, v]) => k.startsWith(APPARMOR_ANNOTATION) && v !== '' && v !== 'runtime/default' && !v.startsWith('localhost/'))
    .map(([k, v]) => `${k}=${JSON.stringify(v)}`)
    .sort();
  const subjects = [...(found ? [found.subject] : []), ...(annotations.length ? [plural('annotation', annotations.length)] : [])];
  if (!subjects.length) return undefined;
  const values = [...distinct(found?.values ?? []), ...annotations];
  return { reason: plural('forbidden AppArmor profile', values.length), detail: `${subjects.join(' and ')} must not set AppArmor profile type to ${quoted(values)}` };
};

export const capabilities: Check = (spec) => {
  const added: string[] = [];
  const names = offenders(spec, (c) => {
    const other = (c.securityContext?.capabilities?.add ?? []).filter((n) => !CAPABILITIES.has(n));
    added.push(...other);
    return other.length > 0;
  });
  return names.length ? { reason: 'non-default capabilities', detail: `${containers(names)} must not include ${quoted(distinct(added))} in securityContext.capabilities.add` } : undefined;
};

export const hostNamespaces: Check = (spec) => {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((k) => spec[k]);
  return shared.length ? { reason: 'host namespaces', detail: shared.map((k) => `${k}=true`).join(', ') } : undefined;
};

export const hostPathVolumes: Check = (spec) => {
  const names = (spec.volumes ?? []).filter((v) => v['hostPath'] !== undefined).map((v) => v.name);
  return names.length ? { reason: 'hostPath volumes', detail: `${plural('volume', names.length)} ${quoted(names)}` } : undefined;
};

export const hostPorts: Check = (spec) => {
  const used: string[] = [];
  const names = offenders(spec, (c) => {
    const ports = (c.ports ?? []).filter((p) => p.hostPort).map((p) => String(p.hostPort));
    used.push(...ports);
    return ports.length > 0;
  });
  if (!names.length) return undefined;
  const ports = distinct(used);
  return { reason: 'hostPort', detail: `${containers(names)} ${uses(names)} ${plural('hostPort', ports.length)} ${ports.join(', ')}` };
};

export const hostProbes: Check = (spec) => {
  const found: string[] = [];
  const names = distinct(
    offenders(spec, (c) => {
      const hosts = handlersOf(c).flatMap((h) => [h.httpGet?.host, h.tcpSocket?.host].filter((host) => host !== undefined && host !== '')) as string[];
      found.push(...hosts);
      return hosts.length > 0;
    }),
  );
  if (!names.length) return undefined;
  const hosts = distinct(found);
  return { reason: 'probe or lifecycle host', detail: `${containers(names)} ${uses(names)} ${plural('probe or lifecycle host', hosts.length)} ${quoted(hosts)}` };
};

export const privileged: Check = (spec) => {
  const names = offenders(spec, (c) => c.securityContext?.privileged === true);
  return names.length ? { reason: 'privileged', detail: `${containers(names)} must not set securityContext.privileged=true` } : undefined;
};

export const procMount: Check = (spec) => {
  const types: string[] = [];
  const names = offenders(spec, (c) => {
    const type = c.securityContext?.procMount;
    if (type === undefined || type === 'Default') return false;
    types.push(type);
    return true;
  });
  return names.length ? { reason: 'procMount', detail: `${containers(names)} must not set securityContext.procMount to ${quoted(distinct(types))}` } : undefined;
};

/** In a user namespace root is nobody outside, so some rules do not apply. */
export function unlessUserNamespace(check: Check): Check {
  return (spec, metadata) => (spec.hostUsers === false ? undefined : check(spec, metadata));
}

export function seLinuxOptions(...types: string[]): Check {
  const allowed = new Set(['', 'container_t', 'container_init_t', 'container_kvm_t', ...types]);
  return (spec) => {
    const found = setters(spec, (s) => s.seLinuxOptions, (o) => !allowed.has(o.type ?? '') || !!o.user || !!o.role);
    if (!found) return undefined;
    const bad = distinct(found.values.map((o) => o.type ?? '').filter((t) => !allowed.has(t)));
    const why = bad.length ? [`${plural('type', bad.length)} ${quoted(bad)}`] : [];
    if (found.values.some((o) => o.user)) why.push('user may not be set');
    if (found.values.some((o) => o.role)) why.push('role may not be set');
    return { reason: 'seLinuxOptions', detail: `${found.subject} set forbidden securityContext.seLinuxOptions: ${why.join('; ')}` };
  };
}

/** Before 1.19 seccomp was a matter of annotations. */
export const seccompAnnotations: Check = (spec, metadata) => {
  const { annotations = {} } = metadata ?? {};
  const keys = [SECCOMP_POD_ANNOTATION, ...containersOf(spec).map((c) => SECCOMP_ANNOTATION + c.name)];
  const bad = keys.filter((k) => {
    const v = annotations[k];
    return v !== undefined && v !== 'runtime/default' && v !== 'docker/default' && !v.startsWith('localhost/');
  });
  const shown = distinct(bad.map((k) => `${k}=${JSON.stringify(annotations[k])}`));
  return shown.length ? { reason: 'seccompProfile', detail: `forbidden ${plural('annotation', shown.length)} ${shown.join(', ')}` } : undefined;
};

export const seccompProfile: Check = (spec) => {
  const found = setters(spec, (s) => s.seccompProfile?.type, isNoProfile);
  return found && { reason: 'seccompProfile', detail: `${found.subject} must not set securityContext.seccompProfile.type to ${quoted(distinct(found.values))}` };
};

/** Neither the runtime's own profile nor one of the node's. */
export function isNoProfile(type: string): boolean {
  return type !== 'RuntimeDefault' && type !== 'Localhost';
}

export function sysctls(...more: string[]): Check {
  const allowed = new Set(['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range', 'net.ipv4.ip_unprivileged_port_start', ...more]);
  return (spec) => {
    const bad = (spec.securityContext?.sysctls ?? []).map((s) => s.name).filter((n) => !allowed.has(n));
    return bad.length ? { reason: 'forbidden sysctls', detail: bad.join(', ') } : undefined;
  };
}

export const windowsHostProcess: Check = (spec: PodSpec) => {
  const found = setters(spec, (s) => s.windowsOptions?.hostProcess, (v) => v);
  return found && { reason: 'hostProcess', detail: `${found.subject} must not set securityContext.windowsOptions.hostProcess=true` };
};

function handlersOf(c: Container): Handler[] {
  return [c.livenessProbe, c.readinessProbe, c.startupProbe, c.lifecycle?.postStart, c.lifecycle?.preStop].filter((h) => h !== undefined);
}

/** The verb for one or several subjects. */
export function uses(subjects: readonly string[]): string {
  return subjects.length === 1 ? 'uses' : 'use';
}
