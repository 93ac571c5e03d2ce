import { type FieldError, forbiddenField, invalidValue, required, tooLong } from '../../api/errors/field-error';
import type { ManagedFieldsEntry, ObjectMeta, OwnerReference } from '../../api/meta/object';
import { labelValueProblems, qualifiedNameProblems, subdomainProblems } from '../../api/selectors/label-syntax';
import { managerNameErrors } from './manager-name';
import type { MetadataRules } from './strategy';

/** Complaints about a name; `prefix`: the text is a generateName. */
export type NameValidator = (name: string, prefix: boolean) => string[];

const ANNOTATION_BYTES = 256 * 1024;
const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** Names that may be a path segment at all: what every update checks (path.ValidatePathSegmentName). */
export function pathSegmentProblems(name: string, prefix: boolean): string[] {
  if (!prefix && (name === '.' || name === '..')) return [`may not be '${name}'`];
  const out: string[] = [];
  for (const c of ['/', '%']) if (name.includes(c)) out.push(`may not contain '${c}'`);
  return out;
}

/** The usual rule: a DNS-1123 subdomain; a generateName may end in a dash. */
export function subdomainName(name: string, prefix: boolean): string[] {
  return subdomainProblems(prefix ? maskTrailingDash(name) : name, 'characters');
}

/** A generateName's trailing dash becomes a letter, since more follows it. */
export function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? name.slice(0, -2) + 'a' : name;
}

/** What metadata itself says that no rule allows, found once and told as often as upstream's validations tell it. */
interface Found {
  /** Labels, annotations and owners. */
  content: readonly FieldError[];
  finalizers: readonly FieldError[];
  managers: readonly FieldError[];
  /** The rule of built-in kinds that finalizers are standard or qualified. */
  unqualified: readonly FieldError[];
}

const NOTHING: readonly FieldError[] = [];

function examine(m: ObjectMeta): Found {
  const content: FieldError[] = [];
  if (m.labels) validateMetaLabels(m.labels, content);
  if (m.annotations) validateAnnotations(m.annotations, content);
  if (m.ownerReferences) validateOwnerReferences(m.ownerReferences, content);
  return {
    content,
    finalizers: m.finalizers ? finalizerErrors(m.finalizers) : NOTHING,
    managers: m.managedFields ? managedFieldsErrors(m.managedFields) : NOTHING,
    unqualified: m.finalizers ? unqualifiedErrors(m.finalizers) : NOTHING,
  };
}

/**
 * What is wrong with the metadata of a new object: first what the kind's own validation says (`specific`: its other complaints), then,
 * when that has none, what every kind is asked.
 */
export function validateNewMeta(m: ObjectMeta, namespaced: boolean, nameOk: NameValidator, rules: MetadataRules | undefined, specific: readonly FieldError[] | undefined): FieldError[] {
  const found = examine(m);
  const errors: FieldError[] = [];
  if (rules?.onCreate !== false) whole(m, namespaced, nameOk, found, !rules?.plainFinalizers, errors);
  if (specific) for (const e of specific) errors.push(e);
  if (!errors.length && (rules?.onCreate === false || nameOk !== subdomainName)) whole(m, namespaced, pathSegmentProblems, found, false, errors);
  return errors;
}

/**
 * What is wrong with the metadata of a changed object. Upstream looks at it generically, and again in nearly every kind's own
 * validation, so causes come several times.
 */
export function validateChangedMeta(m: ObjectMeta, old: ObjectMeta, namespaced: boolean, nameOk: NameValidator, rules: MetadataRules | undefined): FieldError[] {
  const found = examine(m);
  const errors: FieldError[] = [];
  whole(m, namespaced, pathSegmentProblems, found, false, errors);
  change(m, old, found, false, errors);
  const qualified = !rules?.plainFinalizers;
  for (const look of rules?.onUpdate ?? ONCE) {
    if (look === 'change') change(m, old, found, qualified, errors);
    else whole(m, namespaced, nameOk, found, qualified, errors);
  }
  return errors;
}

const ONCE = ['change'] as const;

/** ValidateObjectMeta: metadata on its own, in upstream's order. */
export function validateObjectMeta(m: ObjectMeta, namespaced: boolean, nameOk: NameValidator): FieldError[] {
  const errors: FieldError[] = [];
  whole(m, namespaced, nameOk, examine(m), true, errors);
  return errors;
}

function whole(m: ObjectMeta, namespaced: boolean, nameOk: NameValidator, found: Found, qualified: boolean, errors: FieldError[]): void {
  if (m.generateName) for (const p of nameOk(m.generateName, true)) errors.push(invalidValue('metadata.generateName', m.generateName, p));
  if (!m.name) errors.push(required('metadata.name', 'name or generateName is required'));
  else for (const p of nameOk(m.name, false)) errors.push(invalidValue('metadata.name', m.name, p));
  if (namespaced) {
    if (!m.namespace) errors.push(required('metadata.namespace'));
  } else if (m.namespace) {
    errors.push(forbiddenField('metadata.namespace', 'not allowed on this type'));
  }
  if (m.generation !== undefined && m.generation < 0) errors.push(invalidValue('metadata.generation', m.generation, 'must be greater than or equal to 0'));
  for (const e of found.content) errors.push(e);
  for (const e of found.finalizers) errors.push(e);
  for (const e of found.managers) errors.push(e);
  if (qualified) for (const e of found.unqualified) errors.push(e);
}

/** ValidateObjectMetaUpdate: what may not change in metadata, and what it may not hold. */
function change(m: ObjectMeta, old: ObjectMeta, found: Found, qualified: boolean, errors: FieldError[]): void {
  if (old.deletionTimestamp) {
    const added = (m.finalizers ?? []).filter((f) => !old.finalizers?.includes(f));
    if (added.length) {
      const list = `[]string{${[...new Set(added)].sort().map((f) => JSON.stringify(f)).join(', ')}}`;
      errors.push(forbiddenField('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`));
    }
  }
  if (!m.resourceVersion) errors.push(invalidValue('metadata.resourceVersion', m.resourceVersion ?? '', 'must be specified for an update'));
  if ((m.generation ?? 0) < (old.generation ?? 0)) errors.push(invalidValue('metadata.generation', m.generation ?? 0, 'must not be decremented'));
  immutable('name', m, old, errors);
  immutable('namespace', m, old, errors);
  immutable('uid', m, old, errors);
  immutable('creationTimestamp', m, old, errors);
  immutable('deletionTimestamp', m, old, errors);
  immutable('deletionGracePeriodSeconds', m, old, errors);
  for (const e of found.content) errors.push(e);
  for (const e of found.managers) errors.push(e);
  if (qualified) for (const e of found.unqualified) errors.push(e);
}

function immutable(field: keyof ObjectMeta, m: ObjectMeta, old: ObjectMeta, errors: FieldError[]): void {
  if (m[field] !== old[field]) errors.push(invalidValue(`metadata.${field}`, m[field], 'field is immutable'));
}

function validateMetaLabels(labels: Record<string, string>, errors: FieldError[]): void {
  for (const key of sortedKeys(labels)) {
    for (const p of qualifiedNameProblems(key)) errors.push(invalidValue('metadata.labels', key, p));
    for (const p of labelValueProblems(labels[key]!)) errors.push(invalidValue('metadata.labels', labels[key], p));
  }
}

function validateAnnotations(annotations: Record<string, string>, errors: FieldError[]): void {
  let size = 0;
  for (const key of sortedKeys(annotations)) {
    // Annotation keys are compared in lower case, so upper case is allowed in the prefix.
    for (const p of qualifiedNameProblems(key.toLowerCase())) errors.push(invalidValue('metadata.annotations', key, p));
    size += key.length + annotations[key]!.length;
  }
  if (size * 3 > ANNOTATION_BYTES) {
    size = 0;
    for (const key in annotations) size += Buffer.byteLength(key) + Buffer.byteLength(annotations[key]!);
    if (size > ANNOTATION_BYTES) errors.push(tooLong('metadata.annotations', ANNOTATION_BYTES));
  }
}

/** A reference with its fields in the order of the Go struct. */
function shownOwner({ apiVersion = '', kind = '', name = '', uid = '', controller, blockOwnerDeletion }: OwnerReference): object {
  return { apiVersion, kind, name, uid, ...(controller === undefined ? {} : { controller }), ...(blockOwnerDeletion === undefined ? {} : { blockOwnerDeletion }) };
}

function validateOwnerReferences(refs: OwnerReference[], errors: FieldError[]): void {
  const path = 'metadata.ownerReferences';
  let controller: string | undefined;
  for (const ref of refs) {
    const slashes = ref.apiVersion ? ref.apiVersion.split('/') : [];
    const parsed = slashes.length === 1 ? ['', slashes[0]!] : slashes.length === 2 ? slashes : ['', ''];
    if (!parsed[1]) errors.push(invalidValue(`${path}.apiVersion`, ref.apiVersion ?? '', 'version must not be empty'));
    if (!ref.kind) errors.push(invalidValue(`${path}.kind`, ref.kind ?? '', 'must not be empty'));
    if (!ref.name) errors.push(invalidValue(`${path}.name`, ref.name ?? '', 'must not be empty'));
    if (!ref.uid) errors.push(invalidValue(`${path}.uid`, ref.uid ?? '', 'must not be empty'));
    if (parsed[0] === '' && parsed[1] === 'v1' && ref.kind === 'Event') {
      errors.push(invalidValue(path, shownOwner(ref), `/v1, Kind=Event is disallowed from being an owner`));
    }
    if (ref.controller) {
      if (controller !== undefined) {
        errors.push(invalidValue(path, refs.map(shownOwner), `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${ref.kind}/${ref.name}`));
      } else {
        controller = `${ref.kind}/${ref.name}`;
      }
    }
  }
}

function finalizerErrors(finalizers: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  for (const f of finalizers) for (const p of qualifiedNameProblems(f)) errors.push(invalidValue('metadata.finalizers', f, p));
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalidValue('metadata.finalizers', finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
  return errors;
}

function unqualifiedErrors(finalizers: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  finalizers.forEach((f, i) => {
    if (!f.includes('/') && !STANDARD_FINALIZERS.has(f)) errors.push(invalidValue(`metadata.finalizers[${i}]`, f, 'name is neither a standard finalizer name nor is it fully qualified'));
  });
  return errors;
}

function managedFieldsErrors(entries: readonly ManagedFieldsEntry[]): FieldError[] {
  const errors: FieldError[] = [];
  entries.forEach((e, i) => {
    const path = `metadata.managedFields[${i}]`;
    if (e.operation !== undefined && e.operation !== 'Apply' && e.operation !== 'Update') {
      errors.push(invalidValue(`${path}.operation`, e.operation, 'must be `Apply` or `Update`'));
    }
    if (e.fieldsType !== undefined && e.fieldsType !== '' && e.fieldsType !== 'FieldsV1') errors.push(invalidValue(`${path}.fieldsType`, e.fieldsType, 'must be `FieldsV1`'));
    if (e.manager) errors.push(...managerNameErrors(`${path}.manager`, e.manager));
  });
  return errors;
}

function sortedKeys(o: Record<string, string>): string[] {
  const keys = Object.keys(o);
  return keys.length > 1 ? keys.sort() : keys;
}
