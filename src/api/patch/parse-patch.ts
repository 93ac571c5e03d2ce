import { badRequest } from '../errors/status-error';
import { cloneJson } from '../meta/clone';
import { parseJson } from '../schema/json';
import { offendsYaml, parseYaml } from '../yaml/decode';
import { isMap, jsonKind } from './go-format';

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/** How strictly the client wants its fields checked: the fieldValidation parameter. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** A parsed patch and what was wrong with its text that need not refuse it (repeated and unknown keys). */
export interface ParsedPatch<T> {
  value: T;
  problems: string[];
}

/**
 * Parses a JSON patch: a list of operations; null is none. `value` is given by callers in this process instead of text.
 * @throws BadRequest in the words that kube-apiserver has for the given field validation
 */
export function parseJsonPatch(text: string, validation: FieldValidation, value?: unknown): ParsedPatch<readonly unknown[]> {
  const checked = validation !== 'Ignore';
  const { value: parsed, problems } = parse(text, checked, checked ? 'error decoding patch: ' : '', value);
  const into = checked ? 'handlers.jsonPatchOp' : 'jsonpatch.Operation';
  const list = checked ? `[]${into}` : 'jsonpatch.Patch';
  const refuse = (why: string): Error => badRequest(`${checked ? 'error decoding patch: ' : ''}json: cannot unmarshal ${why}`);
  if (parsed === null) return { value: [], problems };
  if (!Array.isArray(parsed)) throw refuse(`${jsonKind(parsed)} into Go value of type ${list}`);
  const operations = parsed as readonly unknown[];
  operations.forEach((op, i) => {
    if (op !== null && !isMap(op)) throw refuse(`${jsonKind(op)} into Go value of type ${into}`);
    if (checked && op) checkOperation(op, i, problems, refuse);
  });
  return { value: operations, problems: problems.map((p) => `json patch ${p}`) };
}

const TEXTS: ReadonlySet<string> = new Set(['op', 'path', 'from']);

function checkOperation(op: Record<string, unknown>, i: number, problems: string[], refuse: (why: string) => Error): void {
  for (const k of Object.keys(op)) {
    const v = op[k];
    if (TEXTS.has(k)) {
      if (v !== null && typeof v !== 'string') throw refuse(`${jsonKind(v)} into Go struct field jsonPatchOp.${k} of type string`);
    } else if (k !== 'value') {
      problems.push(`unknown field "[${i}].${k}"`);
    }
  }
}

/** Parses a merge patch: an object. @throws BadRequest */
export function parseMergePatch(text: string, validation: FieldValidation, value?: unknown): ParsedPatch<Record<string, unknown>> {
  const checked = validation !== 'Ignore';
  let parsed: ParsedPatch<unknown>;
  try {
    parsed = parse(text, checked, 'error decoding patch: ', value);
  } catch (e) {
    throw checked ? e : badRequest(NO_PATCH);
  }
  if (parsed.value === null) throw badRequest(NO_PATCH);
  if (isMap(parsed.value)) return parsed as ParsedPatch<Record<string, unknown>>;
  throw badRequest(checked ? `error decoding patch: json: cannot unmarshal ${jsonKind(parsed.value)} ${INTO_MAP}` : NO_PATCH);
}

const NO_PATCH = 'Invalid JSON Patch';
const INTO_MAP = 'into Go value of type map[string]interface {}';

/** Parses a strategic merge patch: an object; null is an empty one. The value may be changed. @throws BadRequest */
export function parseStrategicPatch(text: string, validation: FieldValidation, value?: unknown): ParsedPatch<Record<string, unknown>> {
  const parsed = parse(text, validation !== 'Ignore', '', value === undefined ? undefined : cloneJson(value));
  if (parsed.value === null) return { value: {}, problems: parsed.problems };
  if (isMap(parsed.value)) return parsed as ParsedPatch<Record<string, unknown>>;
  throw badRequest(`json: cannot unmarshal ${jsonKind(parsed.value)} ${INTO_MAP}`);
}

/**
 * Parses an applied configuration, YAML or JSON. Repeated keys are in `problems` as one text, worded by the YAML parser.
 * @throws BadRequest
 */
export function parseApplied(text: string, value?: unknown): ParsedPatch<Record<string, unknown>> {
  const problems: string[] = [];
  let parsed = value;
  if (parsed === undefined) {
    try {
      parsed = jsonOrUndefined(text) ?? parseYaml(text, problems);
    } catch (e) {
      throw badRequest(`error decoding YAML: error converting YAML to JSON: ${(e as Error).message}`);
    }
  }
  if (parsed === null) return { value: {}, problems };
  if (isMap(parsed)) return { value: parsed, problems };
  throw badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(parsed)} ${INTO_MAP}`);
}

/** The value of text that is plain JSON without repeated keys: most configurations are, and JSON is quicker to parse. */
function jsonOrUndefined(text: string): unknown {
  if (!/^\s*\{/.test(text) || offendsYaml(text)) return undefined;
  const problems: string[] = [];
  try {
    const value = parseJson(text, problems);
    return problems.length ? undefined : value;
  } catch {
    return undefined; // YAML then: its parser says what is wrong
  }
}

function parse(text: string, checked: boolean, prefix: string, value: unknown): ParsedPatch<unknown> {
  if (value !== undefined) return { value, problems: [] };
  const problems: string[] = [];
  try {
    return { value: parseJson(text, checked ? problems : undefined), problems };
  } catch (e) {
    if (e instanceof SyntaxError) throw badRequest(prefix + e.message);
    throw e;
  }
}
