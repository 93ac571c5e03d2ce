import { duplicate, invalidValue, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { goValue } from '../shared/go-value';
import { validateLabels } from '../shared/labels';
import { nameIsDnsLabel } from '../shared/names';
import { nodeLabelDeprecation } from '../shared/node-label-warnings';
import { pushResourceErrors } from '../shared/resource-requirements';
import { pushTolerationErrors } from '../shared/tolerations';
import { ALL_VERBS } from '../shared/verbs';

const NO_CLAIMS: ReadonlySet<string> = new Set();

interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
}

function validateRuntimeClass(o: KubeObject, old?: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const handler: string = o.handler ?? '';
  if (!handler) errors.push(required('handler'));
  else for (const m of nameIsDnsLabel(handler, false)) errors.push(invalidValue('handler', handler, m));
  if (o.overhead) pushResourceErrors(errors, { limits: o.overhead.podFixed }, NO_CLAIMS, 'overhead');
  if (o.scheduling) {
    errors.push(...validateLabels(o.scheduling.nodeSelector, 'scheduling.nodeSelector'));
    errors.push(...validateSchedulingTolerations(o.scheduling.tolerations ?? []));
  }
  if (old && old.handler !== o.handler) errors.push(invalidValue('handler', handler, 'field is immutable'));
  return errors;
}

/** Those of a pod, and none twice: they are merged with the pod's own. */
function validateSchedulingTolerations(tolerations: Toleration[]): FieldError[] {
  const path = 'scheduling.tolerations';
  const errors: FieldError[] = [];
  tolerations.forEach((t, i) => pushTolerationErrors(errors, t, `${path}[${i}]`));
  const seen = new Set<string>();
  tolerations.forEach((t, i) => {
    const key = JSON.stringify([t.key ?? '', t.operator ?? '', t.value ?? '', t.effect ?? '']);
    if (seen.has(key)) errors.push(duplicate(`${path}[${i}]`, goValue('Toleration', t)));
    seen.add(key);
  });
  return errors;
}

export const runtimeClass: ResourceDefinition = {
  gvk: { group: 'node.k8s.io', version: 'v1', kind: 'RuntimeClass' },
  plural: 'runtimeclasses',
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.node.v1.RuntimeClass',
  strategy: {
    metadata: { onUpdate: ['whole', 'change'], plainFinalizers: true },
    validate: (_c, o, old) => validateRuntimeClass(o, old),
    warnings: (_c, o) =>
      Object.keys(o.scheduling?.nodeSelector ?? {}).flatMap((key) => {
        const message = nodeLabelDeprecation(key);
        return message ? [`scheduling.nodeSelector: ${message}`] : [];
      }),
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: false,
  },
  columns: [nameColumn, { name: 'Handler', type: 'string', cell: (o) => o.handler ?? '' }, ageColumn],
};
