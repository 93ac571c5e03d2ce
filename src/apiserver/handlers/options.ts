import { goJson, goQuote } from '../../api/patch/go-format';
import type { FieldError } from '../../api/errors/field-error';
import { invalidValue, notSupported, notSupportedText } from '../../api/errors/field-error';
import { badRequest, invalid } from '../../api/errors/status-error';
import type { SchemaSet } from '../../api/schema/schema';
import { DecodeError, decodeObject } from '../../api/schema/decode';
import { parseJson } from '../../api/schema/json';
import type { DeletionOptions } from '../registry/deletion';
import { decodeFieldManager } from './field-manager';
import type { Body, DeleteQuery, WriteParams } from './handlers';

export type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions';

/** Options of a write after validation. */
export interface WriteOptions {
  dryRun: boolean;
  fieldManager?: string;
  fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  force: boolean;
}

const PLAIN: WriteOptions = { dryRun: false, fieldValidation: 'Warn', force: false };
const META = 'meta.k8s.io';

/** Checks the query of a create, update or patch. @throws Invalid named after the options' kind */
export function writeOptions(kind: OptionsKind, p: WriteParams, apply = false): WriteOptions {
  if (p.dryRun === undefined && p.fieldManager === undefined && p.fieldValidation === undefined && p.force === undefined && !apply) return PLAIN;
  const errors: FieldError[] = [];
  const patch = kind === 'PatchOptions';
  const force = p.force !== undefined && isTrue(p.force);
  if (patch) decodeFieldManager(p, apply ? 'apply' : 'patch', errors);
  if (p.dryRun !== undefined) checkDryRun(p.dryRun, errors);
  if (!patch) decodeFieldManager(p, 'other', errors);
  const validation = p.fieldValidation ?? '';
  if (validation !== '' && validation !== 'Ignore' && validation !== 'Warn' && validation !== 'Strict') {
    errors.push(notSupportedText('fieldValidation', validation, ['', 'Ignore', 'Strict', 'Warn']));
  }
  if (errors.length) throw invalid({ group: META, kind }, '', errors);
  return { dryRun: p.dryRun !== undefined, fieldManager: p.fieldManager, fieldValidation: (validation || 'Warn') as WriteOptions['fieldValidation'], force };
}

/** A boolean query value: anything but false, 0 and their like is true. */
export function isTrue(text: string): boolean {
  return text !== 'false' && text !== '0' && text.toLowerCase() !== 'false';
}

function checkDryRun(values: readonly string[], errors: FieldError[]): void {
  const bad = values.filter((v) => v !== 'All');
  if (bad.length) errors.push({ type: 'FieldValueNotSupported', field: 'dryRun', message: `Unsupported value: ${goJson(values)}: supported values: "All"` });
}

/** A signed 64-bit number in a query. @throws BadRequest in strconv's words */
export function parseInt64(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${goQuote(text)}: invalid syntax`);
  const n = BigInt(text.replace('+', ''));
  if (n > 9223372036854775807n || n < -9223372036854775808n) throw badRequest(`strconv.ParseInt: parsing ${goQuote(text)}: value out of range`);
  return Number(n);
}

/**
 * DeleteOptions from the body when there is one (the query then counts for nothing), else from the query.
 * @throws BadRequest for a body of another kind, Invalid for values that contradict each other
 */
export function deleteOptions(schemas: SchemaSet, body: Body | undefined, query: DeleteQuery): DeletionOptions & { dryRun: boolean } {
  return checkedDeleteOptions(body && (body.text === undefined || body.text !== '') ? optionsFromBody(schemas, body) : optionsFromQuery(query));
}

/** metav1.DeleteOptions, decoded, as the registry takes them. @throws Invalid for values that contradict each other */
export function checkedDeleteOptions(raw: RawDeleteOptions): DeletionOptions & { dryRun: boolean } {
  const errors: FieldError[] = [];
  const policy = raw.propagationPolicy;
  if (raw.orphanDependents !== undefined && policy !== undefined) {
    errors.push(invalidValue('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'));
  }
  if (policy !== undefined && policy !== 'Foreground' && policy !== 'Background' && policy !== 'Orphan') {
    errors.push(notSupported('propagationPolicy', policy, ['Foreground', 'Background', 'Orphan', 'nil']));
  }
  if (raw.dryRun) checkDryRun(raw.dryRun, errors);
  if (errors.length) throw invalid({ group: META, kind: 'DeleteOptions' }, '', errors);
  return {
    dryRun: !!raw.dryRun?.length,
    gracePeriodSeconds: raw.gracePeriodSeconds,
    orphanDependents: raw.orphanDependents,
    propagationPolicy: policy as DeletionOptions['propagationPolicy'],
    uid: raw.preconditions?.uid,
    resourceVersion: raw.preconditions?.resourceVersion,
  };
}

interface RawDeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: string;
  orphanDependents?: boolean;
  dryRun?: readonly string[];
  preconditions?: { uid?: string; resourceVersion?: string };
}

const DELETE_OPTIONS = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';
const SCHEME = 'k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27';

function optionsFromBody(schemas: SchemaSet, body: Body): RawDeleteOptions {
  let value = body.value;
  try {
    if (body.mediaType === 'application/json' && body.text !== undefined && value === undefined) value = parseJson(body.text, undefined, body.bytes);
    if (value === null || value === undefined) return {};
    const head = value as { kind?: unknown; apiVersion?: unknown };
    if (typeof head.kind === 'string' && head.kind !== '' && head.kind !== 'DeleteOptions') {
      throw badRequest(`no kind ${goQuote(head.kind)} is registered for version ${goQuote(String(head.apiVersion ?? ''))} in scheme ${goQuote(SCHEME)}`);
    }
    return decodeObject(schemas.get(DELETE_OPTIONS)!, value) as unknown as RawDeleteOptions;
  } catch (e) {
    if (e instanceof SyntaxError) throw badRequest(`couldn't get version/kind; json parse error: ${e.message}`);
    if (e instanceof DecodeError) throw badRequest(e.message);
    throw e;
  }
}

function optionsFromQuery(q: DeleteQuery): RawDeleteOptions {
  return {
    gracePeriodSeconds: q.gracePeriodSeconds === undefined ? undefined : parseInt64(q.gracePeriodSeconds),
    propagationPolicy: q.propagationPolicy,
    orphanDependents: q.orphanDependents === undefined ? undefined : isTrue(q.orphanDependents),
    dryRun: q.dryRun,
    preconditions: { uid: q.uid || undefined, resourceVersion: q.resourceVersion || undefined },
  };
}
