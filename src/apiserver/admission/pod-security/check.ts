import type { ObjectMeta } from '../../../api/meta/object';

interface SecurityContext {
  privileged?: boolean;
  allowPrivilegeEscalation?: boolean;
  procMount?: string;
  runAsNonRoot?: boolean;
  runAsUser?: number;
  capabilities?: { add?: string[]; drop?: string[] };
  appArmorProfile?: { type: string };
  seccompProfile?: { type: string };
  seLinuxOptions?: { type?: string; user?: string; role?: string };
  windowsOptions?: { hostProcess?: boolean };
  sysctls?: { name: string }[];
}

export interface Handler {
  httpGet?: { host?: string };
  tcpSocket?: { host?: string };
}

export interface Container {
  name: string;
  image?: string;
  securityContext?: SecurityContext;
  ports?: { hostPort?: number }[];
  livenessProbe?: Handler;
  readinessProbe?: Handler;
  startupProbe?: Handler;
  lifecycle?: { postStart?: Handler; preStop?: Handler };
}

/** The part of a pod's spec that policies look at. */
export interface PodSpec {
  containers?: Container[];
  initContainers?: Container[];
  ephemeralContainers?: Container[];
  securityContext?: SecurityContext;
  volumes?: ({ name: string } & Record<string, unknown>)[];
  os?: { name: string };
  hostUsers?: boolean;
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
}

/** Why a pod is not allowed: in short, and what exactly. */
export interface Violation {
  reason: string;
  detail: string;
}

export type Check = (spec: PodSpec, metadata: ObjectMeta | undefined) => Violation | undefined;

/** All containers in the order in which messages name them. */
export function containersOf(spec: PodSpec): Container[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
}

/** Names of the containers that break a rule. */
export function offenders(spec: PodSpec, breaks: (c: Container) => boolean): string[] {
  return containersOf(spec).filter(breaks).map((c) => c.name);
}

export function quoted(items: readonly string[]): string {
  return items.map((i) => JSON.stringify(i)).join(', ');
}

export function plural(word: string, count: number): string {
  return count === 1 ? word : `${word}s`;
}

/** 'container "a"', 'containers "a", "b"' */
export function containers(names: readonly string[]): string {
  return `${plural('container', names.length)} ${quoted(names)}`;
}

/** Sorted, each once. */
export function distinct(items: Iterable<string>): string[] {
  return [...new Set(items)].sort();
}

/** Checks one field that pods and containers both have: who sets it so that `bad`, as a subject, and the bad values. */
export function setters<T>(spec: PodSpec, get: (s: SecurityContext) => T | undefined, bad: (value: T) => boolean): { subject: string; values: T[] } | undefined {
  const values: T[] = [];
  const breaks = (s: SecurityContext | undefined): boolean => {
    const value = s && get(s);
    if (value === undefined || !bad(value)) return false;
    values.push(value);
    return true;
  };
  const subjects = breaks(spec.securityContext) ? ['pod'] : [];
  const names = offenders(spec, (c) => breaks(c.securityContext));
  if (names.length) subjects.push(containers(names));
  return subjects.length ? { subject: subjects.join(' and '), values } : undefined;
}
