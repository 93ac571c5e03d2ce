import type { KubeObject } from '../../api/meta/object';

/** On a Node: what it runs short of, as a list of memory, disk and pid. */
export const PRESSURE = 'kubernest.io/pressure';

export type PressureCondition = 'MemoryPressure' | 'DiskPressure' | 'PIDPressure';

const BY_NAME: Readonly<Record<string, PressureCondition>> = { memory: 'MemoryPressure', disk: 'DiskPressure', pid: 'PIDPressure' };
const NONE: readonly PressureCondition[] = [];

/** The conditions that a Node's annotation puts it under, in the order in which a node lists them; words that mean none are ignored. */
export function pressuresOf(node: KubeObject): readonly PressureCondition[] {
  const text = node.metadata.annotations?.[PRESSURE];
  if (!text) return NONE;
  const named = new Set(text.split(/[\s,]+/));
  return Object.entries(BY_NAME).flatMap(([name, condition]) => (named.has(name) ? [condition] : []));
}

/** Words of a node's conditions, in force and not: reason, message, and the reason of the event that tells of the change. */
export const PRESSURE_WORDS: Readonly<Record<PressureCondition, Record<'True' | 'False', { reason: string; message: string; event: string }>>> = {
  MemoryPressure: {
    True: { reason: 'KubeletHasInsufficientMemory', message: 'kubelet has insufficient memory available', event: 'NodeHasInsufficientMemory' },
    False: { reason: 'KubeletHasSufficientMemory', message: 'kubelet has sufficient memory available', event: 'NodeHasSufficientMemory' },
  },
  DiskPressure: {
    True: { reason: 'KubeletHasDiskPressure', message: 'kubelet has disk pressure', event: 'NodeHasDiskPressure' },
    False: { reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure', event: 'NodeHasNoDiskPressure' },
  },
  PIDPressure: {
    True: { reason: 'KubeletHasInsufficientPID', message: 'kubelet has insufficient PID available', event: 'NodeHasInsufficientPID' },
    False: { reason: 'KubeletHasSufficientPID', message: 'kubelet has sufficient PID available', event: 'NodeHasSufficientPID' },
  },
};
