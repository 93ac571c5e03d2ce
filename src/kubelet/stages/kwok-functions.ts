import { formatTime } from '../../api/meta/time';
import type { Clock } from '../../util/clock';
import type { ManagedNode } from '../node/managed-node';
import type { StageFunctions } from './stage';

/** What KWOK's templates call that depends on what is around them. */
export const KWOK_FUNCTIONS: ReadonlySet<string> = new Set('Now,StartTime,Version,NodeConditions,NodeName,NodePort,NodeIP,NodeIPs,NodeIPWith,NodeIPsWith,PodIP,PodIPs,PodIPWith,PodIPsWith,now,uuidv4'.split(','));

/** A node's conditions as KWOK's templates know them. */
const NODE_CONDITIONS = [
  { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
  { type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory', message: 'kubelet has sufficient memory available' },
  { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure' },
  { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID', message: 'kubelet has sufficient PID available' },
  { type: 'NetworkUnavailable', status: 'False', reason: 'RouteCreated', message: 'RouteController created a route' },
];

/** Those functions for objects on a node; `podIP` gives the address of the pod the template is rendered for. */
export function kwokFunctions(x: { clock: Clock; uuid: () => string; version: string; startedAt: number }, node: ManagedNode | undefined, podIP: (hostNetwork: boolean) => string): StageFunctions {
  const nodeIP = (): string => node?.ip ?? '';
  const now = (): string => formatTime(x.clock.now());
  const hostIPs = (): string[] => (node ? [node.ip] : []);
  return {
    Now: now,
    now,
    StartTime: () => formatTime(x.startedAt),
    Version: () => x.version,
    uuidv4: x.uuid,
    NodeConditions: () => NODE_CONDITIONS,
    NodeName: () => node?.name ?? '',
    NodePort: () => 10250,
    NodeIP: nodeIP,
    NodeIPs: hostIPs,
    NodeIPWith: nodeIP,
    NodeIPsWith: hostIPs,
    PodIP: () => podIP(false),
    PodIPs: () => [podIP(false)],
    PodIPWith: (_name, hostNetwork) => podIP(hostNetwork === true),
    PodIPsWith: (_name, hostNetwork) => [podIP(hostNetwork === true)],
  };
}
