import { createHash } from 'node:crypto';
import type { KubeObject } from '../../api/meta/object';
import type { NodeImage } from '../images/image-store';
import type { PressureCondition } from './pressure';
import { PRESSURE_WORDS, pressuresOf } from './pressure';

/** What the simulated nodes have in common. */
export interface NodeProfile {
  capacity: Readonly<Record<string, string>>;
  labels: Readonly<Record<string, string>>;
  kubeletVersion: string;
  runtimeVersion: string;
}

interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
  lastHeartbeatTime: string;
  lastTransitionTime: string;
}

/** How many images a node's status lists (nodeStatusMaxImages). */
const MOST_IMAGES = 50;
const PRESSURES = Object.entries(PRESSURE_WORDS) as [PressureCondition, (typeof PRESSURE_WORDS)[PressureCondition]][];
const READY = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' };

/** A Node as a kubelet registers it: healthy from the start. */
export function newNode(name: string, ip: string, p: NodeProfile, now: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        ...p.labels,
      },
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: {},
    status: {
      capacity: { ...p.capacity },
      allocatable: { ...p.capacity },
      conditions: conditionsOf(undefined, now),
      addresses: [
        { type: 'InternalIP', address: ip },
        { type: 'Hostname', address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: nodeInfo(name, p),
    },
  };
}

/** A status patch that makes a Node healthy and fills in what it lacks; what it has is left as it is. @param pulled images that it has by now */
export function healthPatch(node: KubeObject, ip: string, p: NodeProfile, now: string, pulled: readonly NodeImage[] = []): Record<string, unknown> {
  const s = (node['status'] ?? {}) as KubeObject['status'];
  const patch: Record<string, unknown> = { conditions: conditionsOf(node, now) };
  const addresses = (s.addresses ?? []) as { type: string }[];
  const missing = [
    { type: 'InternalIP', address: ip },
    { type: 'Hostname', address: node.metadata.name! },
  ].filter((a) => !addresses.some((x) => x.type === a.type));
  if (missing.length) patch['addresses'] = missing;
  const has = (list: unknown): boolean => list !== undefined && Object.keys(list as object).length > 0;
  if (!has(s.capacity)) patch['capacity'] = has(s.allocatable) ? s.allocatable : p.capacity;
  if (!has(s.allocatable)) patch['allocatable'] = has(s.capacity) ? s.capacity : p.capacity;
  if (!s.nodeInfo?.kubeletVersion) patch['nodeInfo'] = nodeInfo(node.metadata.name!, p);
  if (!s.daemonEndpoints?.kubeletEndpoint?.Port) patch['daemonEndpoints'] = { kubeletEndpoint: { Port: 10250 } };
  const images = withImages((s.images ?? []) as NodeImage[], pulled);
  if (images) patch['images'] = images;
  return patch;
}

/** The images of a node with those that were pulled, the largest first; undefined when it lists them already. */
function withImages(listed: readonly NodeImage[], pulled: readonly NodeImage[]): NodeImage[] | undefined {
  const known = new Set(listed.flatMap((i) => i.names ?? []));
  const fresh = pulled.filter((i) => !i.names?.some((n) => known.has(n)));
  if (!fresh.length) return undefined;
  return [...listed, ...fresh].sort((a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0)).slice(0, MOST_IMAGES);
}

/** The pressures that a Node's conditions tell of. */
export function toldPressures(node: KubeObject): string[] {
  const conditions = (node['status']?.conditions ?? []) as Condition[];
  return conditions.filter((c) => c.status === 'True' && c.type in PRESSURE_WORDS).map((c) => c.type);
}

/** Whether a Node says that it is ready. */
export function isReady(node: KubeObject): boolean {
  const conditions = (node['status']?.conditions ?? []) as Condition[];
  return conditions.some((c) => c.type === 'Ready' && c.status === 'True');
}

function conditionsOf(node: KubeObject | undefined, now: string): Condition[] {
  const before = (node?.['status']?.conditions ?? []) as Condition[];
  const pressures = node ? pressuresOf(node) : [];
  const health = PRESSURES.map(([type, words]) => {
    const status = pressures.includes(type) ? 'True' : 'False';
    return { type, status, reason: words[status].reason, message: words[status].message };
  });
  return [...health, READY].map((h) => {
    const old = before.find((c) => c.type === h.type);
    return { ...h, lastHeartbeatTime: now, lastTransitionTime: old?.status === h.status ? old.lastTransitionTime : now };
  });
}

/** Made-up identities that stay the same for a node's name. */
function nodeInfo(name: string, p: NodeProfile): Record<string, string> {
  const hash = createHash('sha256').update(`node ${name}`).digest('hex');
  const uuid = (s: string): string => `${s.slice(0, 8)}-${s.slice(8, 12)}-4${s.slice(13, 16)}-a${s.slice(17, 20)}-${s.slice(20, 32)}`;
  return {
    architecture: 'amd64',
    bootID: uuid(hash.slice(32)),
    containerRuntimeVersion: p.runtimeVersion,
    kernelVersion: '6.12.0',
    kubeProxyVersion: '',
    kubeletVersion: p.kubeletVersion,
    machineID: hash.slice(0, 32),
    operatingSystem: 'linux',
    osImage: 'Kubernest',
    systemUUID: uuid(hash),
  };
}
