import { invalidValue, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition, Strategy, UpdateSubresource } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { isQualifiedName, nameIsDnsLabel } from '../shared/names';
import { RESETS_SPEC, RESETS_STATUS, viewOf } from '../shared/verbs';
import { WHOLE_THEN_CHANGE } from '../shared/metadata-rules';

const NAME_LABEL = 'kubernetes.io/metadata.name';
const FINALIZER = 'kubernetes';
const STANDARD_FINALIZERS = [FINALIZER, 'orphan', 'foregroundDeletion'];

/** Complaints about a finalizer: a label key, and with a domain unless it is one of Kubernetes' own. */
export function validateFinalizerName(name: string, path: string): FieldError[] {
  const errors = isQualifiedName(name).map((m) => invalidValue(path, name, m));
  if (!name.includes('/') && !STANDARD_FINALIZERS.includes(name)) {
    errors.push(invalidValue(path, name, 'name is neither a standard finalizer name nor is it fully qualified'));
  }
  return errors;
}

function label(o: KubeObject): void {
  if (o.metadata.name) (o.metadata.labels ??= {})[NAME_LABEL] = o.metadata.name;
}

function setDefaults(o: KubeObject): void {
  o.spec ??= {};
  o.status ??= {};
  o.status.phase ||= 'Active';
  label(o);
}

function finalizers(o: KubeObject): string[] {
  return (o.spec?.finalizers as string[] | undefined) ?? [];
}

/** A namespace stays until its controller has emptied it and taken the last of spec.finalizers away. */
function isFinalizing(o: KubeObject): boolean {
  return finalizers(o).length > 0;
}

const strategy: Strategy = {
  metadata: WHOLE_THEN_CHANGE,
  default: setDefaults,
  prepareForCreate(_c, o) {
    o.status = { phase: 'Active' };
    if (!finalizers(o).includes(FINALIZER)) o.spec.finalizers = [...finalizers(o), FINALIZER];
  },
  prepareForUpdate(_c, o, old) {
    // finalizers change through the finalize subresource only
    if (old.spec?.finalizers) o.spec.finalizers = old.spec.finalizers;
    else delete o.spec.finalizers;
    o.status = old.status;
  },
  validate: (_c, o) => finalizers(o).flatMap((f) => validateFinalizerName(f, 'spec.finalizers')),
  // the default could not label an object whose name was still to be generated
  canonicalize: label,
  validateName: nameIsDnsLabel,
  resetFields: RESETS_STATUS,
  deletionBlocked: isFinalizing,
  markDeleting(_c, o) {
    o.status = { ...o.status, phase: 'Terminating' };
  },
};

const statusStrategy: Strategy = {
  default: setDefaults,
  prepareForUpdate(_c, o, old) {
    o.spec = old.spec;
  },
  validate(_c, o) {
    const wanted = o.metadata.deletionTimestamp ? 'Terminating' : 'Active';
    if (o.status.phase === wanted) return [];
    return [invalidValue('status.Phase', o.status.phase, `may only be '${wanted}' if \`deletionTimestamp\` is ${o.metadata.deletionTimestamp ? 'not ' : ''}empty`)];
  },
  canonicalize: label,
  validateName: nameIsDnsLabel,
  resetFields: RESETS_SPEC,
};

const finalizeStrategy: Strategy = {
  default: setDefaults,
  prepareForUpdate(_c, o, old) {
    o.status = old.status;
  },
  validate: (_c, o) => finalizers(o).flatMap((f, i) => validateFinalizerName(f, `spec.finalizers[${i}]`)),
  canonicalize: label,
  validateName: nameIsDnsLabel,
  resetFields: RESETS_STATUS,
};

const finalize: UpdateSubresource = { type: 'update', verbs: ['update'], strategy: finalizeStrategy, table: false };

export const namespace: ResourceDefinition = {
  gvk: { group: '', version: 'v1', kind: 'Namespace' },
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  schema: 'io.k8s.api.core.v1.Namespace',
  strategy,
  fields: { 'status.phase': (o) => (o.status?.phase as string | undefined) ?? '' },
  columns: [nameColumn, { name: 'Status', type: 'string', cell: (o) => (o.status?.phase as string | undefined) ?? '' }, ageColumn],
  subresources: { finalize, status: viewOf(statusStrategy) },
  returnsDeletedObject: true,
};
