import { invalidValue, notSupportedText, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { isPathSegmentName, nameIsDnsSubdomain } from '../shared/names';

export const RBAC_GROUP = 'rbac.authorization.k8s.io';

interface Subject {
  kind?: string;
  apiGroup?: string;
  name?: string;
  namespace?: string;
}

/** Fills the groups of roleRef and subjects, as both kinds of binding do. */
export function defaultBinding(o: KubeObject): void {
  o.roleRef ??= { kind: '', name: '' };
  if (!o.roleRef.apiGroup) o.roleRef.apiGroup = RBAC_GROUP;
  for (const s of (o.subjects ?? []) as Subject[]) {
    if (!s.apiGroup && (s.kind === 'User' || s.kind === 'Group')) s.apiGroup = RBAC_GROUP;
  }
}

/** Complaints about a binding: its reference to one of `kinds`, its subjects, and (with `old`) a changed reference. */
export function validateBinding(o: KubeObject, kinds: readonly string[], namespaced: boolean, old?: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const ref = o.roleRef;
  if (ref.apiGroup !== RBAC_GROUP) errors.push(notSupportedText('roleRef.apiGroup', ref.apiGroup, [RBAC_GROUP]));
  if (!kinds.includes(ref.kind)) errors.push(notSupportedText('roleRef.kind', ref.kind ?? '', kinds));
  if (!ref.name) errors.push(required('roleRef.name'));
  else for (const m of isPathSegmentName(ref.name)) errors.push(invalidValue('roleRef.name', ref.name, m));
  ((o.subjects ?? []) as Subject[]).forEach((s, i) => pushSubjectErrors(errors, s, namespaced, `subjects[${i}]`));
  if (old && (old.roleRef.apiGroup !== ref.apiGroup || old.roleRef.kind !== ref.kind || old.roleRef.name !== ref.name)) {
    const shown = { APIGroup: ref.apiGroup, Kind: ref.kind ?? '', Name: ref.name ?? '' };
    errors.push(invalidValue('roleRef', shown, 'cannot change roleRef'));
  }
  return errors;
}

function pushSubjectErrors(errors: FieldError[], s: Subject, namespaced: boolean, path: string): void {
  if (!s.name) errors.push(required(`${path}.name`));
  switch (s.kind) {
    case 'ServiceAccount':
      if (s.name) for (const m of nameIsDnsSubdomain(s.name, false)) errors.push(invalidValue(`${path}.name`, s.name, m));
      if (s.apiGroup) errors.push(notSupportedText(`${path}.apiGroup`, s.apiGroup, ['']));
      if (!namespaced && !s.namespace) errors.push(required(`${path}.namespace`));
      break;
    case 'User':
    case 'Group':
      if (s.apiGroup !== RBAC_GROUP) errors.push(notSupportedText(`${path}.apiGroup`, s.apiGroup ?? '', [RBAC_GROUP]));
      break;
    default:
      errors.push(notSupportedText(`${path}.kind`, s.kind ?? '', ['ServiceAccount', 'User', 'Group']));
  }
}

/** Names of the subjects of one kind, joined as the wide table shows them; service accounts as namespace/name. */
export function subjectNames(o: KubeObject, kind: 'User' | 'Group' | 'ServiceAccount'): string {
  return ((o.subjects ?? []) as Subject[])
    .filter((s) => s.kind === kind)
    .map((s) => (kind === 'ServiceAccount' ? `${s.namespace ?? ''}/${s.name ?? ''}` : (s.name ?? '')))
    .join(', ');
}
