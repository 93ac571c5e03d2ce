import type { KubeObject } from '../../api/meta/object';
import { claimsOf } from '../volumes/pod-claims';
import type { AffinityTerm, WeightedTerm } from './affinity-term';
import { affinityTerm } from './affinity-term';
import type { Requests } from './pod-requests';
import { podRequests } from './pod-requests';

export interface HostPort {
  ip: string;
  protocol: string;
  port: number;
}

/** A pod with everything that scheduling reads off it worked out once. Equal by identity: one object per pod in cache and queue. */
export class PodInfo {
  pod: KubeObject;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  requests!: Requests;
  priority!: number;
  hostPorts!: readonly HostPort[];
  /** Names of the claims of its volumes. */
  claims!: readonly string[];
  requiredAffinity!: readonly AffinityTerm[];
  requiredAntiAffinity!: readonly AffinityTerm[];
  preferredAffinity!: readonly WeightedTerm[];
  preferredAntiAffinity!: readonly WeightedTerm[];
  /** Where the cache counts it; '' while it is on no node. */
  nodeName = '';

  constructor(pod: KubeObject) {
    this.pod = pod;
    this.uid = pod.metadata.uid!;
    this.namespace = pod.metadata.namespace!;
    this.name = pod.metadata.name!;
    this.read();
  }

  get labels(): Readonly<Record<string, string>> | undefined {
    return this.pod.metadata.labels;
  }

  get terminating(): boolean {
    return this.pod.metadata.deletionTimestamp !== undefined;
  }

  get hasAffinity(): boolean {
    return this.requiredAffinity.length + this.requiredAntiAffinity.length + this.preferredAffinity.length + this.preferredAntiAffinity.length > 0;
  }

  /** Takes a newer version of the pod; only while no node counts the pod. */
  update(pod: KubeObject): void {
    this.pod = pod;
    this.read();
  }

  private read(): void {
    const spec = this.pod['spec'] as KubeObject['spec'];
    this.requests = podRequests(this.pod);
    this.priority = spec.priority ?? 0;
    this.hostPorts = hostPortsOf(this.pod);
    const claims = claimsOf(this.pod);
    this.claims = claims.length ? claims.map((c) => c.name) : NONE;
    const affinity = spec.affinity;
    this.requiredAffinity = terms(affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution, this.namespace);
    this.requiredAntiAffinity = terms(affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution, this.namespace);
    this.preferredAffinity = weighted(affinity?.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution, this.namespace);
    this.preferredAntiAffinity = weighted(affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution, this.namespace);
  }
}

const NONE: readonly never[] = [];

function terms(specs: Parameters<typeof affinityTerm>[0][] | undefined, namespace: string): readonly AffinityTerm[] {
  return specs?.length ? specs.map((s) => affinityTerm(s, namespace)) : NONE;
}

function weighted(specs: { weight: number; podAffinityTerm: Parameters<typeof affinityTerm>[0] }[] | undefined, namespace: string): readonly WeightedTerm[] {
  return specs?.length ? specs.map((s) => ({ term: affinityTerm(s.podAffinityTerm, namespace), weight: s.weight })) : NONE;
}

interface Ported {
  restartPolicy?: string;
  ports?: { hostPort?: number; hostIP?: string; protocol?: string }[];
}

/** Host ports that containers and sidecars of the pod use. */
export function hostPortsOf(pod: KubeObject): readonly HostPort[] {
  let ports: HostPort[] | undefined;
  const collect = (c: Ported): void => {
    if (!c.ports) return;
    for (const p of c.ports) {
      if (p.hostPort) (ports ??= []).push({ ip: p.hostIP || '0.0.0.0', protocol: p.protocol || 'TCP', port: p.hostPort });
    }
  };
  for (const c of (pod['spec'].initContainers ?? NONE) as Ported[]) if (c.restartPolicy === 'Always') collect(c);
  for (const c of pod['spec'].containers as Ported[]) collect(c);
  return ports ?? NONE;
}
