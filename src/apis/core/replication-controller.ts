import { forbiddenField, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { selectorFromSet } from '../../api/selectors/label-selector';
import type { ResourceDefinition, Strategy } from '../../apiserver/registry/strategy';
import { ageColumn, formatLabels, nameColumn, templateColumns } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { bumpGeneration } from '../shared/generation';
import { goMap } from '../shared/go-value';
import { isDns1123Label, onlyNameIsDnsSubdomain } from '../shared/names';
import { defaultPodTemplate } from '../shared/pod-defaults';
import { dropDisabledTemplateFields } from '../shared/pod-disabled-fields';
import { validatePodTemplate } from '../shared/pod-template-validation';
import { podTemplateWarnings } from '../shared/pod-warnings';
import type { Raw } from '../shared/raw';
import { ALL_VERBS, RESETS_SPEC, RESETS_STATUS, viewOf } from '../shared/verbs';

const NOT_NEGATIVE = 'must be greater than or equal to 0';

function setDefaults(o: KubeObject): void {
  const spec = (o.spec ??= {}) as Raw;
  const labels = spec.template?.metadata?.labels as Record<string, string> | undefined;
  if (labels) {
    if (!Object.keys((spec.selector ?? {}) as object).length) spec.selector = { ...labels };
    if (!Object.keys(o.metadata.labels ?? {}).length) o.metadata.labels = { ...labels };
  }
  spec.replicas ??= 1;
  defaultPodTemplate(spec.template as Raw | undefined);
}

function validateTemplate(spec: Raw): FieldError[] {
  const path = 'spec.template';
  const template = spec.template as Raw | undefined;
  if (!template) return [required(path)];
  const errors: FieldError[] = [];
  const labels = template.metadata?.labels as Record<string, string> | undefined;
  const selector = (spec.selector ?? {}) as Record<string, string>;
  if (Object.keys(selector).length && !selectorFromSet(selector).matches(labels)) {
    errors.push(invalidValue(`${path}.metadata.labels`, goMap(template.metadata as Raw | undefined, 'labels'), '`selector` does not match template `labels`'));
  }
  errors.push(...validatePodTemplate(template, path));
  const podSpec = (template.spec ?? {}) as Raw;
  if (podSpec.restartPolicy !== 'Always') errors.push(notSupported(`${path}.spec.restartPolicy`, podSpec.restartPolicy, ['Always']));
  if (podSpec.activeDeadlineSeconds !== undefined) {
    errors.push(forbiddenField(`${path}.spec.activeDeadlineSeconds`, 'activeDeadlineSeconds in ReplicationController is not Supported'));
  }
  return errors;
}

function validate(o: KubeObject): FieldError[] {
  const spec = o.spec as Raw;
  const errors: FieldError[] = [];
  if (spec.minReadySeconds < 0) errors.push(invalidValue('spec.minReadySeconds', spec.minReadySeconds, NOT_NEGATIVE));
  if (!Object.keys((spec.selector ?? {}) as object).length) errors.push(required('spec.selector'));
  if (spec.replicas < 0) errors.push(invalidValue('spec.replicas', spec.replicas, NOT_NEGATIVE));
  errors.push(...validateTemplate(spec));
  return errors;
}

function validateStatus(o: KubeObject): FieldError[] {
  const status = (o.status ?? {}) as Raw;
  const n = (field: string): number => (status[field] as number | undefined) ?? 0;
  const errors: FieldError[] = [];
  for (const f of ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration']) {
    if (n(f) < 0) errors.push(invalidValue(`status.${f}`, n(f), NOT_NEGATIVE));
  }
  for (const f of ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas']) {
    if (n(f) > n('replicas')) errors.push(invalidValue(`status.${f}`, n(f), 'cannot be greater than status.replicas'));
  }
  if (n('availableReplicas') > n('readyReplicas')) {
    errors.push(invalidValue('status.availableReplicas', n('availableReplicas'), 'cannot be greater than readyReplicas'));
  }
  return errors;
}

function warnings(o: KubeObject, old?: KubeObject): string[] {
  if (old && o.metadata.generation === old.metadata.generation) return [];
  const found: string[] = [];
  if (!old) {
    const messages = isDns1123Label(o.metadata.name ?? '');
    if (messages.length) {
      found.push(`metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${messages.join(' ')}]`);
    }
  }
  // on update upstream passes the two templates the wrong way round, and so warns of what the old one had
  const [template, previous] = old ? [old.spec?.template, o.spec?.template] : [o.spec?.template, undefined];
  return found.concat(podTemplateWarnings(template as Raw, 'spec.template', previous as Raw | undefined));
}

const strategy: Strategy = {
  default: setDefaults,
  prepareForCreate(_c, o) {
    o.status = { replicas: 0 };
    bumpGeneration(o, undefined);
    dropDisabledTemplateFields(o.spec.template as Raw, undefined);
  },
  prepareForUpdate(_c, o, old) {
    o.status = old.status;
    dropDisabledTemplateFields(o.spec.template as Raw, old.spec?.template as Raw | undefined);
    bumpGeneration(o, old, !semanticEqual(o.spec, old.spec));
  },
  validate: (_c, o) => validate(o),
  warnings: (_c, o, old) => warnings(o, old),
  validateName: onlyNameIsDnsSubdomain,
  defaultGarbageCollection: 'Orphan',
  resetFields: RESETS_STATUS,
};

const statusStrategy: Strategy = {
  default: setDefaults,
  prepareForUpdate(_c, o, old) {
    o.spec = old.spec;
  },
  validate: (_c, o) => validateStatus(o),
  validateName: onlyNameIsDnsSubdomain,
  resetFields: RESETS_SPEC,
};

function statusCount(field: string): (o: KubeObject) => number {
  return (o) => (o.status?.[field] as number | undefined) ?? 0;
}

export const replicationController: ResourceDefinition = {
  gvk: { group: '', version: 'v1', kind: 'ReplicationController' },
  plural: 'replicationcontrollers',
  shortNames: ['rc'],
  categories: ['all'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.core.v1.ReplicationController',
  strategy,
  fields: { 'status.replicas': (o) => String(statusCount('replicas')(o)) },
  columns: [
    nameColumn,
    { name: 'Desired', type: 'integer', cell: (o) => (o.spec?.replicas as number | undefined) ?? 0 },
    { name: 'Current', type: 'integer', cell: statusCount('replicas') },
    { name: 'Ready', type: 'integer', cell: statusCount('readyReplicas') },
    ageColumn,
    ...templateColumns((o) => o.spec?.template as Raw | undefined),
    { name: 'Selector', type: 'string', priority: 1, cell: (o) => formatLabels(o.spec?.selector as Record<string, string> | undefined) },
  ],
  subresources: {
    scale: {
      type: 'scale',
      replicas: (o) => (o.spec?.replicas as number | undefined) ?? 0,
      statusReplicas: statusCount('replicas'),
      selector: (o) => Object.entries((o.spec?.selector ?? {}) as Record<string, string>).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => `${k}=${v}`).join(','),
      setReplicas(o, n) {
        o.spec.replicas = n;
      },
    },
    status: viewOf(statusStrategy),
  },
};
