import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition, Strategy } from '../../apiserver/registry/strategy';
import { containerImages, containerNames, formatLabels, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { bumpGeneration } from '../shared/generation';
import { nameIsDnsSubdomain } from '../shared/names';
import { defaultPodTemplate } from '../shared/pod-defaults';
import { dropDisabledTemplateFields } from '../shared/pod-disabled-fields';
import { validatePodTemplate } from '../shared/pod-template-validation';
import { podTemplateWarnings } from '../shared/pod-warnings';
import type { Raw } from '../shared/raw';
import { ALL_VERBS } from '../shared/verbs';

function templateOf(o: KubeObject): Raw {
  return (o.template ??= {}) as Raw;
}

const strategy: Strategy = {
  default: (o) => defaultPodTemplate(templateOf(o)),
  prepareForCreate(_c, o) {
    bumpGeneration(o, undefined);
    dropDisabledTemplateFields(templateOf(o), undefined);
  },
  prepareForUpdate(_c, o, old) {
    dropDisabledTemplateFields(templateOf(o), old.template as Raw);
    bumpGeneration(o, old, !semanticEqual(o.template, old.template));
  },
  validate: (_c, o) => validatePodTemplate(o.template as Raw, 'template'),
  warnings(_c, o, old) {
    if (old && o.metadata.generation === old.metadata.generation) return [];
    return podTemplateWarnings(o.template as Raw, 'template', old?.template as Raw | undefined);
  },
  validateName: nameIsDnsSubdomain,
};

export const podTemplate: ResourceDefinition = {
  gvk: { group: '', version: 'v1', kind: 'PodTemplate' },
  plural: 'podtemplates',
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.core.v1.PodTemplate',
  strategy,
  columns: [
    nameColumn,
    { name: 'Containers', type: 'string', cell: (o) => containerNames(o.template as Raw) },
    { name: 'Images', type: 'string', cell: (o) => containerImages(o.template as Raw) },
    { name: 'Pod Labels', type: 'string', cell: (o) => formatLabels(o.template?.metadata?.labels as Record<string, string> | undefined) },
  ],
  returnsDeletedObject: true,
};
