import type { KubeObject } from '../../../api/meta/object';
import type { ResourceDefinition, Strategy } from '../../../apiserver/registry/strategy';
import { cidrWarnings } from '../../shared/cidr';
import { ageColumn, nameColumn } from '../../shared/columns';
import { nameIsDnsSubdomain } from '../../shared/names';
import type { Raw } from '../../shared/raw';
import { defaultResourceList } from '../../shared/resource-defaults';
import { ALL_VERBS, RESETS_SPEC, RESETS_STATUS, viewOf } from '../../shared/verbs';
import { validateNode, validateNodeUpdate } from './validation';
import { WHOLE_THEN_CHANGE } from '../../shared/metadata-rules';

const ROLE_PREFIX = 'node-role.kubernetes.io/';
const ROLE_LABEL = 'kubernetes.io/role';

function setDefaults(o: KubeObject): void {
  const spec = (o.spec ??= {}) as Raw;
  const status = (o.status ??= {}) as Raw;
  if (status.capacity && !status.allocatable) status.allocatable = { ...status.capacity };
  defaultResourceList(status.capacity);
  defaultResourceList(status.allocatable);
  // podCIDR is the old name of the first of podCIDRs, and wins where they differ
  const cidrs = spec.podCIDRs as string[] | undefined;
  if (spec.podCIDR && spec.podCIDR !== cidrs?.[0]) spec.podCIDRs = [spec.podCIDR];
  else if (cidrs?.length) spec.podCIDR = cidrs[0];
}

function warnings(o: KubeObject): string[] {
  const found: string[] = [];
  if (o.spec.configSource) found.push('spec.configSource: the feature is removed');
  if (o.spec.externalID) found.push('spec.externalID: this field is deprecated, and is unused by Kubernetes');
  ((o.spec.podCIDRs ?? []) as string[]).forEach((c, i) => found.push(...cidrWarnings(c, `spec.podCIDRs[${i}]`)));
  return found;
}

const strategy: Strategy = {
  metadata: WHOLE_THEN_CHANGE,
  default: setDefaults,
  prepareForCreate(_c, o) {
    delete o.spec.configSource;
    delete o.status.config;
  },
  prepareForUpdate(_c, o, old) {
    o.status = old.status;
    if (!old.spec?.configSource) delete o.spec.configSource;
  },
  validate: (_c, o, old) => validateNode(o, old),
  warnings: (_c, o) => warnings(o),
  validateName: nameIsDnsSubdomain,
  resetFields: RESETS_STATUS,
};

const statusStrategy: Strategy = {
  default: setDefaults,
  prepareForUpdate(_c, o, old) {
    o.spec = old.spec;
    if (!old.status?.config) delete o.status.config;
  },
  validate: (_c, o, old) => validateNodeUpdate(o, old!),
  validateName: nameIsDnsSubdomain,
  resetFields: RESETS_SPEC,
};

/** 'Ready', 'NotReady', 'Unknown', and whether it takes no more pods. */
function statusText(o: KubeObject): string {
  const conditions = (o.status?.conditions ?? []) as Raw[];
  const ready = conditions.filter((c) => c.type === 'Ready').pop();
  const text = !ready ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return o.spec?.unschedulable ? `${text},SchedulingDisabled` : text;
}

function roles(o: KubeObject): string {
  const found = new Set<string>();
  const labels = o.metadata.labels ?? {};
  for (const key in labels) {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length) found.add(key.slice(ROLE_PREFIX.length));
    else if (key === ROLE_LABEL && labels[key]) found.add(labels[key]);
  }
  return found.size ? [...found].sort().join(',') : '<none>';
}

function address(type: string): (o: KubeObject) => string {
  return (o) => (((o.status?.addresses ?? []) as Raw[]).find((a) => a.type === type)?.address as string | undefined) ?? '<none>';
}

function info(field: string, none: string): (o: KubeObject) => string {
  return (o) => (o.status?.nodeInfo?.[field] as string | undefined) || none;
}

function kernel(o: KubeObject): string {
  const architecture = info('architecture', '')(o);
  const version = info('kernelVersion', '<unknown>')(o);
  return architecture ? `${version} (${architecture})` : version;
}

export const node: ResourceDefinition = {
  gvk: { group: '', version: 'v1', kind: 'Node' },
  plural: 'nodes',
  shortNames: ['no'],
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.core.v1.Node',
  strategy,
  fields: { 'spec.unschedulable': (o) => String(o.spec?.unschedulable === true) },
  columns: [
    nameColumn,
    { name: 'Status', type: 'string', cell: statusText },
    { name: 'Roles', type: 'string', cell: roles },
    ageColumn,
    { name: 'Version', type: 'string', cell: info('kubeletVersion', '') },
    { name: 'Internal-IP', type: 'string', priority: 1, cell: address('InternalIP') },
    { name: 'External-IP', type: 'string', priority: 1, cell: address('ExternalIP') },
    { name: 'OS-Image', type: 'string', priority: 1, cell: info('osImage', '<unknown>') },
    { name: 'Kernel-Version', type: 'string', priority: 1, cell: kernel },
    { name: 'Container-Runtime', type: 'string', priority: 1, cell: info('containerRuntimeVersion', '<unknown>') },
  ],
  subresources: {
    proxy: { type: 'connect', gvk: { group: '', version: 'v1', kind: 'NodeProxyOptions' }, verbs: ['create', 'delete', 'get', 'patch', 'update'] },
    status: viewOf(statusStrategy),
  },
};
