import type { KubeObject } from '../../api/meta/object';
import { podResources } from '../../api/quota/pod-resources';
import { quantityValue } from '../../api/quantity';
import type { PressureCondition } from '../node/pressure';

/** A pod as the order of eviction sees it: uses in bytes, `uses` by container. */
export interface Candidate {
  pod: KubeObject;
  uses: readonly { container: string; bytes: number }[];
}

/** What a node runs short of: v1.ResourceName. */
export const STARVED: Readonly<Record<PressureCondition, string>> = { MemoryPressure: 'memory', DiskPressure: 'ephemeral-storage', PIDPressure: 'pids' };

/** Who has to go first: who uses more than was asked for, then the lower priority, then the larger use beyond what was asked for. */
export function rank<C extends Candidate>(candidates: readonly C[], condition: PressureCondition): C[] {
  const resource = STARVED[condition];
  const scored = candidates.map((c) => {
    const asked = quantityValue(podResources(c.pod, 'requests')[resource] ?? '0');
    const over = c.uses.reduce((sum, u) => sum + u.bytes, 0) - asked;
    return { c, over, exceeds: condition !== 'PIDPressure' && over > 0, priority: (c.pod['spec'].priority as number | undefined) ?? 0 };
  });
  scored.sort((a, b) => Number(b.exceeds) - Number(a.exceeds) || a.priority - b.priority || b.over - a.over);
  return scored.map((s) => s.c);
}

/** What an evicted pod is told: what ran short, how little was left, and which containers took more than they asked for. */
export function evictionMessage(c: Candidate, condition: PressureCondition, threshold: { quantity: string; available: string } | undefined): string {
  const resource = STARVED[condition];
  let text = `The node was low on resource: ${resource}. `;
  if (threshold) text += `Threshold quantity: ${threshold.quantity}, available: ${threshold.available}. `;
  const containers = [...(c.pod['spec'].containers as Spec[]), ...((c.pod['spec'].initContainers ?? []) as Spec[])];
  for (const { container, bytes } of c.uses) {
    const asked = containers.find((s) => s.name === container)?.resources?.requests?.[resource] ?? '0';
    if (bytes > quantityValue(asked)) text += `Container ${container} was using ${kibibytes(bytes)}, request is ${asked}, has larger consumption of ${resource}. `;
  }
  return text;
}

interface Spec {
  name: string;
  resources?: { requests?: Record<string, string> };
}

/** Bytes as a binary quantity. */
export function kibibytes(bytes: number): string {
  return bytes % 1024 === 0 && bytes > 0 ? `${bytes / 1024}Ki` : String(bytes);
}
