import { forbiddenField, invalidValue, notSupportedText, required, tooLong, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { validateDomainPrefixedPath } from '../shared/formats';
import { bumpGeneration } from '../shared/generation';
import { isDns1123Label, longerThan } from '../shared/names';
import { ALL_VERBS } from '../shared/verbs';
import { validateTypedReference, type TypedReference } from './ingress-backend';
import { CHANGE_THEN_WHOLE } from '../shared/metadata-rules';

const CONTROLLER_MAX = 250;

interface Parameters extends TypedReference {
  scope?: string;
  namespace?: string;
}

function validateParameters(p: Parameters, path: string): FieldError[] {
  const errors = validateTypedReference(p, path);
  const { scope, namespace } = p;
  if (scope === undefined) errors.push(required(`${path}.scope`));
  else if (scope === 'Namespace') {
    if (namespace === undefined) errors.push(required(`${path}.namespace`, "`parameters.scope` is set to 'Namespace'"));
    else for (const m of isDns1123Label(namespace)) errors.push(invalidValue(`${path}.namespace`, namespace, m));
  } else if (scope === 'Cluster') {
    if (namespace !== undefined) errors.push(forbiddenField(`${path}.namespace`, "`parameters.scope` is set to 'Cluster'"));
  } else errors.push(notSupportedText(`${path}.scope`, scope, ['Cluster', 'Namespace']));
  return errors;
}

function validateClass(o: KubeObject, old?: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const controller: string = o.spec?.controller ?? '';
  if (old && controller !== (old.spec?.controller ?? '')) errors.push(invalidValue('spec.controller', controller, 'field is immutable'));
  if (longerThan(controller, CONTROLLER_MAX)) errors.push(tooLong('spec.controller', CONTROLLER_MAX));
  errors.push(...validateDomainPrefixedPath(controller, 'spec.controller'));
  if (o.spec?.parameters) errors.push(...validateParameters(o.spec.parameters, 'spec.parameters'));
  return errors;
}

function parametersCell(o: KubeObject): string {
  const p: Parameters | undefined = o.spec?.parameters;
  if (!p) return '<none>';
  return `${p.kind}${p.apiGroup === undefined ? '' : `.${p.apiGroup}`}/${p.name}`;
}

export const ingressClass: ResourceDefinition = {
  gvk: { group: 'networking.k8s.io', version: 'v1', kind: 'IngressClass' },
  plural: 'ingressclasses',
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.networking.v1.IngressClass',
  strategy: {
    metadata: CHANGE_THEN_WHOLE,
    default: (o) => {
      const p = o.spec?.parameters;
      if (p) p.scope ??= 'Cluster';
    },
    prepareForCreate: (_c, o) => bumpGeneration(o, undefined),
    prepareForUpdate: (_c, o, old) => {
      if (!semanticEqual(o.spec, old.spec)) bumpGeneration(o, old);
    },
    validate: (_c, o, old) => validateClass(o, old),
  },
  columns: [
    {
      ...nameColumn,
      cell: (o) => `${o.metadata.name}${o.metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true' ? ' (default)' : ''}`,
    },
    { name: 'Controller', type: 'string', cell: (o) => o.spec?.controller ?? '' },
    { name: 'Parameters', type: 'string', cell: parametersCell },
    ageColumn,
  ],
};
