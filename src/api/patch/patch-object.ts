import { invalidValue } from '../errors/field-error';
import { StatusError, badRequest } from '../errors/status-error';
import type { GVK, KubeObject } from '../meta/object';
import type { ObjectSchema } from '../schema/schema';
import type { ConvertVersion } from './apply/changes';
import { applyServerSide, describeApplied } from './apply-server-side';
import { type PatchedDocument, goMapsIn } from './document';
import { goValue } from './go-format';
import { JsonPatchError, patchDocument, rejected } from './json-patch';
import { mergeDocument } from './merge-patch';
import { type FieldValidation, type PatchType, parseApplied, parseJsonPatch, parseMergePatch, parseStrategicPatch } from './parse-patch';
import { applyStrategicMergePatch } from './strategic/strategic-merge-patch';
import { converterError, withFittingNumbers } from './strategic/unstructured-error';

/** One PATCH request, without the registry. */
export interface PatchRequest {
  type: PatchType;
  /** The body. */
  text: string;
  /** The parsed patch when the caller is in this process; then `text` is unused. Read only. */
  value?: unknown;
  /** The object in the version of the request; undefined when it does not exist, which only apply may create. */
  live?: KubeObject;
  gvk: GVK;
  schema: ObjectSchema;
  fieldValidation: FieldValidation;
  /** The rest concerns apply alone. */
  manager: string;
  force?: boolean;
  subresource?: string;
  now: number;
  resetFields?: readonly (readonly string[])[];
  convert?: ConvertVersion;
}

/** What a patch makes of an object. */
export interface PatchedObject {
  /** The object in the version of the request: still to be decoded (into a copy) and defaulted. */
  object: unknown;
  /** Complaints about the patch itself that only strict validation refuses; warnings otherwise. Empty with fieldValidation=Ignore. */
  problems: readonly string[];
  /** managedFields are up to date already (apply); else trackUpdate sets them after defaulting. */
  tracked: boolean;
  /** What upstream's decoder makes of an object that does not fit its type: the same in the order of its text, or with numbers made to fit. */
  reread(): unknown;
  /** How to refuse the patched object when it cannot be decoded; `why` is the decoder's complaint. */
  refuse(why: string): StatusError;
}

/**
 * Applies a patch of any type to an object. For the steps that remain see decodePatched and trackUpdate.
 * @throws StatusError as kube-apiserver answers patches that cannot be parsed or applied
 */
export function patchObject(r: PatchRequest): PatchedObject {
  switch (r.type) {
    case 'json': {
      const { value, problems } = parseJsonPatch(r.text, r.fieldValidation, r.value);
      return quoting(r, problems, patchedByOperations(r.live, value));
    }
    case 'merge': {
      const { value, problems } = parseMergePatch(r.text, r.fieldValidation, r.value);
      return quoting(r, problems, mergeDocument(r.live, value));
    }
    case 'strategic':
      return strategic(r);
    default:
      return apply(r);
  }
}

function patchedByOperations(live: unknown, operations: readonly unknown[]): PatchedDocument {
  try {
    return patchDocument(live, operations);
  } catch (e) {
    throw e instanceof JsonPatchError ? rejected() : e;
  }
}

/** JSON and merge patches: a refusal shows the whole patched document. */
function quoting(r: PatchRequest, problems: string[], doc: PatchedDocument): PatchedObject {
  const text = (): string => doc.text(goMapsIn(r.schema, r.live));
  return { object: doc.value, problems, tracked: false, reread: () => JSON.parse(text()) as unknown, refuse: (why) => invalidPatch(text(), why) };
}

/** Strategic patches: a refusal shows what is left of the patch after its directives have been carried out. */
function strategic(r: PatchRequest): PatchedObject {
  const { value: patch, problems } = parseStrategicPatch(r.text, r.fieldValidation, r.value);
  const live = r.live!;
  const merged = applyStrategicMergePatch(r.schema, live, patch);
  // The type is given here, other than in JSON: a kind in the patch changes nothing.
  const object = { ...merged, kind: live.kind, apiVersion: live.apiVersion };
  return { object, problems, tracked: false, reread: () => withFittingNumbers(r.schema, object), refuse: (why) => invalidPatch(goValue(patch), converterError(r.schema, object, why)) };
}

function apply(r: PatchRequest): PatchedObject {
  const { value: patch, problems } = parseApplied(r.text, r.value);
  const { object } = applyServerSide({ ...r, patch, force: r.force ?? false });
  if (problems.length && r.fieldValidation === 'Strict') throw badRequest(`error strict decoding YAML: error converting YAML to JSON: ${problems[0]}`);
  const warnings = r.fieldValidation === 'Ignore' ? [] : problems.flatMap(yamlWarnings);
  const described = describeApplied(patch);
  const type = described.slice(described.indexOf('; ') + 2);
  const refuse = (why: string): StatusError =>
    new StatusError(500, undefined, `failed to convert new object (${described}) to proper version: unable to convert unstructured object to ${type}: ${converterError(r.schema, object, why)}`);
  return { object, problems: warnings, tracked: true, reread: () => withFittingNumbers(r.schema, object), refuse };
}

/** One warning per line that the YAML parser complains of. */
function yamlWarnings(problem: string): string[] {
  return problem.replace(/^yaml: unmarshal errors:\n/, '').split('\n').map((l) => l.trim());
}

/** 422 about the field "patch" of no object in particular. */
function invalidPatch(value: string, why: string): StatusError {
  const { message } = invalidValue('patch', value, why);
  return new StatusError(422, 'Invalid', ` "" is invalid: patch: ${message}`, { causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }] });
}
