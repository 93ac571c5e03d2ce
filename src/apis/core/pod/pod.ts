import type { KubeObject } from '../../../api/meta/object';
import type { ResourceDefinition, Strategy } from '../../../apiserver/registry/strategy';
import { ipWarnings } from '../../shared/ip';
import { isDns1123Label, nameIsDnsSubdomain } from '../../shared/names';
import { podWarnings } from '../../shared/pod-warnings';
import type { Raw } from '../../shared/raw';
import { ALL_VERBS, RESETS_STATUS, viewOf, viewWithoutTable } from '../../shared/verbs';
import { podBinding } from './binding';
import { POD_COLUMNS, podRowConditions } from './columns';
import { prepareNewPod } from './create';
import { defaultPod } from './defaults';
import { podEviction } from './eviction';
import { prepareEphemeralUpdate, preparePodUpdate, prepareResize, prepareStatusUpdate } from './update';
import { validateEphemeralUpdate } from './validate-ephemeral';
import { validatePodResize } from './validate-resize';
import { validatePodStatus } from './validate-status';
import { validatePodUpdate } from './validate-update';
import { validateNewPod } from './validate-create';
import { CHANGE_THEN_WHOLE } from '../../shared/metadata-rules';

const STREAM_VERBS = ['create', 'get'];
const PROXY_VERBS = ['create', 'delete', 'get', 'patch', 'update'];

function warnings(o: KubeObject): string[] {
  const found = podWarnings(o.spec as Raw, o.metadata as Raw, '');
  const messages = isDns1123Label(o.metadata.name ?? '');
  if (!messages.length) return found;
  return [`metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${messages.join(' ')}]`, ...found];
}

/** Seconds a pod gets to end; pods without a node or already ended get none. */
function gracePeriod(o: KubeObject, requested: number | undefined): number {
  const phase = o.status?.phase as string | undefined;
  if (!o.spec?.nodeName || phase === 'Failed' || phase === 'Succeeded') return 0;
  const seconds = requested ?? ((o.spec.terminationGracePeriodSeconds as number | undefined) ?? 0);
  return seconds < 0 ? 1 : seconds;
}

const strategy: Strategy = {
  metadata: CHANGE_THEN_WHOLE,
  default: defaultPod,
  prepareForCreate: prepareNewPod,
  prepareForUpdate: (_c, o, old) => preparePodUpdate(o, old),
  validate: (_c, o, old) => (old ? validatePodUpdate(o, old) : validateNewPod(o)),
  warnings: (_c, o, old) => (old ? [] : warnings(o)),
  validateName: nameIsDnsSubdomain,
  gracePeriod: (_c, o, requested) => gracePeriod(o, requested),
  resetFields: RESETS_STATUS,
};

const statusStrategy: Strategy = {
  default: defaultPod,
  prepareForUpdate: (_c, o, old) => prepareStatusUpdate(o, old),
  validate: (_c, o, old) => validatePodStatus(o, old!),
  warnings: (_c, o) =>
    ['podIPs', 'hostIPs'].flatMap((list) => ((o.status?.[list] ?? []) as Raw[]).flatMap((e, i) => ipWarnings((e.ip ?? '') as string, `status.${list}[${i}].ip`))),
  validateName: nameIsDnsSubdomain,
  resetFields: [['spec'], ['metadata', 'deletionTimestamp'], ['metadata', 'ownerReferences']],
};

/** Upstream's endpoints of these subresources do not tell what their strategies reset: whoever applies it owns it all the same. */
const RESETS_NOTHING: readonly (readonly string[])[] = [];

const ephemeralStrategy: Strategy = {
  metadata: CHANGE_THEN_WHOLE,
  default: defaultPod,
  prepareForUpdate: (_c, o, old) => prepareEphemeralUpdate(o, old),
  validate: (_c, o, old) => validateEphemeralUpdate(o, old!),
  validateName: nameIsDnsSubdomain,
  resetFields: RESETS_NOTHING,
};

const resizeStrategy: Strategy = {
  metadata: CHANGE_THEN_WHOLE,
  default: defaultPod,
  prepareForUpdate: (_c, o, old) => prepareResize(o, old),
  validate: (_c, o, old) => validatePodResize(o, old!),
  validateName: nameIsDnsSubdomain,
  resetFields: RESETS_NOTHING,
};

function text(get: (o: KubeObject) => unknown): (o: KubeObject) => string {
  return (o) => (get(o) as string | undefined) ?? '';
}

export const pod: ResourceDefinition = {
  gvk: { group: '', version: 'v1', kind: 'Pod' },
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.core.v1.Pod',
  strategy,
  columns: POD_COLUMNS,
  rowConditions: podRowConditions,
  fields: {
    'spec.nodeName': text((o) => o.spec?.nodeName),
    'spec.restartPolicy': text((o) => o.spec?.restartPolicy),
    'spec.schedulerName': text((o) => o.spec?.schedulerName),
    'spec.serviceAccountName': text((o) => o.spec?.serviceAccountName),
    'spec.hostNetwork': (o) => String(o.spec?.hostNetwork === true),
    'status.phase': text((o) => o.status?.phase),
    'status.podIP': text((o) => o.status?.podIPs?.[0]?.ip),
    // accepted as a label, but upstream never fills it in
    'status.podIPs': () => '',
    'status.nominatedNodeName': text((o) => o.status?.nominatedNodeName),
  },
  index: 'spec.nodeName',
  subresources: {
    attach: { type: 'connect', gvk: { group: '', version: 'v1', kind: 'PodAttachOptions' }, verbs: STREAM_VERBS },
    binding: podBinding,
    ephemeralcontainers: viewWithoutTable(ephemeralStrategy),
    eviction: podEviction,
    exec: { type: 'connect', gvk: { group: '', version: 'v1', kind: 'PodExecOptions' }, verbs: STREAM_VERBS },
    log: { type: 'connect', gvk: { group: '', version: 'v1', kind: 'Pod' }, verbs: ['get'] },
    portforward: { type: 'connect', gvk: { group: '', version: 'v1', kind: 'PodPortForwardOptions' }, verbs: STREAM_VERBS },
    proxy: { type: 'connect', gvk: { group: '', version: 'v1', kind: 'PodProxyOptions' }, verbs: PROXY_VERBS },
    resize: viewWithoutTable(resizeStrategy),
    status: viewOf(statusStrategy),
  },
  returnsDeletedObject: true,
};
