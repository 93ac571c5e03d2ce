import { StatusError, badRequest } from '../../api/errors/status-error';
import { apiVersionOf } from '../../api/meta/object';
import type { GVK, KubeObject } from '../../api/meta/object';
import { goQuote, jsonKind } from '../../api/patch/go-format';
import { DecodeError, decodeObject } from '../../api/schema/decode';
import { parseJson } from '../../api/schema/json';
import type { ObjectSchema, SchemaSet } from '../../api/schema/schema';
import type { Body, RequestContext } from './handlers';
import type { WriteOptions } from './options';
import { keepReset } from './keep-reset';
import { claimedType, foreignTypeComplaint, typeFields, typeMetaComplaint } from './body-type';

const NO_TYPE = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/**
 * Turns a request body into an object of the expected kind: fresh, in normal form, not yet defaulted. Unknown and duplicate
 * fields are refused, warned of or ignored as fieldValidation says. @throws BadRequest in upstream's words
 */
export function decodeBody(schemas: SchemaSet, gvk: GVK, schema: ObjectSchema, body: Body, ctx: RequestContext, o: WriteOptions): KubeObject {
  const problems: string[] | undefined = o.fieldValidation === 'Ignore' ? undefined : [];
  const value = parsed(body, gvk, problems);
  return decodeValue(schemas, gvk, schema, value, ctx, o, problems);
}

function parsed(body: Body, gvk: GVK, problems: string[] | undefined): unknown {
  if (body.mediaType === 'application/json' && body.text !== undefined && body.value === undefined) {
    try {
      return parseJson(body.text, problems, body.bytes);
    } catch (e) {
      if (!(e instanceof SyntaxError)) throw e;
      throw badRequest(`the object provided is unrecognized (must be of type ${gvk.kind}): couldn't get version/kind; json parse error: ${e.message} (${excerpt(body.text)})`);
    }
  }
  // Asked first: the body is parsed, and complained of, when its value is wanted.
  const { value } = body;
  if (problems && body.problems) problems.push(...body.problems);
  return value;
}

/** decodeBody for a value that is already parsed; `problems` holds what parsing complained of. */
export function decodeValue(schemas: SchemaSet, gvk: GVK, schema: ObjectSchema, value: unknown, ctx: RequestContext, o: WriteOptions, problems: string[] | undefined): KubeObject {
  const from = value === null || value === undefined ? {} : value;
  if (typeof from !== 'object' || Array.isArray(from)) {
    const text = JSON.stringify(from);
    throw badRequest(`the object provided is unrecognized (must be of type ${gvk.kind}): couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonKind(from)} into Go value of type ${NO_TYPE} (${excerpt(text)})`);
  }
  const fields = typeFields(from);
  const { apiVersion } = fields;
  const problem = typeMetaComplaint(fields);
  if (problem !== undefined) throw badRequest(`the object provided is unrecognized (must be of type ${gvk.kind}): ${problem} (${excerpt(JSON.stringify(from))})`);
  if (typeof apiVersion === 'string' && apiVersion.indexOf('/') !== apiVersion.lastIndexOf('/')) {
    throw badRequest(`the object provided is unrecognized (must be of type ${gvk.kind}): unexpected GroupVersion string: ${apiVersion} (${excerpt(JSON.stringify(from))})`);
  }
  const found = claimedType(gvk, fields);
  const cannot = (why: string): StatusError => badRequest(`${found.kind} in version ${goQuote(found.version)} cannot be handled as a ${gvk.kind}: ${why}`);
  try {
    if (found.version === '') throw cannot(`Object 'apiVersion' is missing in '${JSON.stringify(from)}'`);
    if (found !== gvk) throw cannot(foreignTypeComplaint(schemas, gvk, found, from));
    const object = decodeObject(schema, from, problems);
    object.kind = gvk.kind;
    object.apiVersion = apiVersionOf(gvk);
    object.metadata ??= {};
    keepReset(from, object);
    if (problems?.length) {
      if (o.fieldValidation === 'Strict') throw cannot(`strict decoding error: ${problems.join(', ')}`);
      for (const p of problems) ctx.warn(p);
    }
    return object;
  } catch (e) {
    if (e instanceof DecodeError) throw cannot(e.message);
    throw e;
  }
}

/** The beginning of a body as upstream shows it: text that begins like JSON as it is, anything else in hex. */
function excerpt(text: string): string {
  if (text === '') return '<empty>';
  const bytes = Buffer.from(text);
  if (text.trimStart().startsWith('{')) return bytes.length > 30 ? `${bytes.subarray(0, 30).toString()} ...` : text;
  return bytes.length > 30 ? `${bytes.subarray(0, 30).toString('hex')} ...` : bytes.toString('hex');
}
