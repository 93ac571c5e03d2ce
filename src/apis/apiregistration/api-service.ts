import { invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { formatTime } from '../../api/meta/time';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { isPortNumber } from '../shared/formats';
import { isDns1035Label, isDns1123Subdomain, isPathSegmentName } from '../shared/names';
import type { Raw } from '../shared/raw';
import { ALL_VERBS, RESETS_STATUS, viewWithoutTable } from '../shared/verbs';
import { CHANGE_PLAIN } from '../shared/metadata-rules';

const KEPT_BY_STATUS = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

function serviceName(name: string, _prefix: boolean, o: KubeObject): string[] {
  const problems = isPathSegmentName(name);
  if (problems.length) return problems;
  const { group = '', version = '' } = (o.spec ?? {}) as { group?: string; version?: string };
  const wanted = `${version}.${group}`;
  return name === wanted ? [] : [`must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`];
}

function validate(o: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = (o.spec ?? {}) as Raw;
  const { group = '', version = '' } = spec as { group?: string; version?: string };
  if (!group && version !== 'v1') errors.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
  if (group) for (const m of isDns1123Subdomain(group)) errors.push(invalidValue('spec.group', group, m));
  for (const m of isDns1035Label(version)) errors.push(invalidValue('spec.version', version, m));
  for (const [field, max] of [['groupPriorityMinimum', 20000], ['versionPriority', 1000]] as const) {
    const n = (spec[field] ?? 0) as number;
    if (n <= 0 || n > max) errors.push(invalidValue(`spec.${field}`, n, `must be positive and less than ${max}`));
  }
  pushTargetErrors(errors, spec);
  return errors;
}

/** A service that serves the version, or nothing when this server does. */
function pushTargetErrors(errors: FieldError[], spec: Raw): void {
  const { service, caBundle, insecureSkipTLSVerify: insecure } = spec as { service?: Raw; caBundle?: string; insecureSkipTLSVerify?: boolean };
  if (!service) {
    if (caBundle) {
      const bytes = Buffer.from(caBundle, 'base64').length;
      errors.push(invalidValue('spec.caBundle', `${bytes} bytes`, 'local APIServices may not have a caBundle'));
    }
    if (insecure) errors.push(invalidValue('spec.insecureSkipTLSVerify', insecure, 'local APIServices may not have insecureSkipTLSVerify'));
    return;
  }
  for (const field of ['namespace', 'name']) if (!service[field]) errors.push(required(`spec.service.${field}`));
  const port = (service.port ?? 0) as number;
  const bad = isPortNumber(port);
  if (bad.length) errors.push(invalidValue('spec.service.port', port, `port is not valid: ${bad.join(', ')}`));
  if (insecure && caBundle) errors.push(invalidValue('spec.insecureSkipTLSVerify', insecure, 'may not be true if caBundle is present'));
}

function validateStatus(o: KubeObject): FieldError[] {
  return ((o.status?.conditions ?? []) as { status?: string }[]).flatMap(({ status = '' }, i) =>
    ['True', 'False', 'Unknown'].includes(status) ? [] : [notSupported(`status.conditions[${i}].status`, status, ['True', 'False', 'Unknown'])],
  );
}

function availableCell(o: KubeObject): string {
  const condition = ((o.status?.conditions ?? []) as Raw[]).find((c) => c.type === 'Available');
  if (!condition) return 'Unknown';
  return condition.status === 'True' ? 'True' : `${condition.status} (${condition.reason})`;
}

export const apiService: ResourceDefinition = {
  gvk: { group: 'apiregistration.k8s.io', version: 'v1', kind: 'APIService' },
  plural: 'apiservices',
  categories: ['api-extensions'],
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService',
  strategy: {
    metadata: { onUpdate: ['change', 'whole'], plainFinalizers: true },
    default(o) {
      const service = o.spec?.service as Raw | undefined;
      if (service) service.port ??= 443;
    },
    validateName: serviceName,
    prepareForCreate(c, o) {
      o.status = {};
      if (o.spec?.service) return;
      const message = 'Local APIServices are always available';
      o.status.conditions = [{ type: 'Available', status: 'True', lastTransitionTime: formatTime(c.clock.now()), reason: 'Local', message }];
    },
    prepareForUpdate(_c, o, old) {
      o.status = old.status;
    },
    validate: (_c, o) => validate(o),
    allowUnconditionalUpdate: false,
    resetFields: RESETS_STATUS,
  },
  columns: [
    nameColumn,
    { name: 'Service', type: 'string', cell: (o) => (o.spec?.service ? `${o.spec.service.namespace}/${o.spec.service.name}` : 'Local') },
    { name: 'Available', type: 'string', cell: availableCell },
    ageColumn,
  ],
  subresources: {
    status: viewWithoutTable({
      metadata: CHANGE_PLAIN,
      prepareForUpdate(_c, o, old) {
        o.spec = old.spec;
        const to = o.metadata as Record<string, unknown>;
        for (const field of KEPT_BY_STATUS) {
          if (old.metadata[field] === undefined) delete to[field];
          else to[field] = old.metadata[field];
        }
      },
      validate: (_c, o) => validateStatus(o),
      allowUnconditionalUpdate: false,
      resetFields: [['metadata'], ['spec']],
    }),
  },
};
