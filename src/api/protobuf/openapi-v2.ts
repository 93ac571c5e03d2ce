import { formatYaml } from '../yaml/encode';
import { encodeMessage } from './encode';
import { MessageSet } from './messages';
import type { ProtobufTable } from './messages';

type Json = Record<string, unknown>;

/** Scalars that stand in a message as in the document, by the document's name. */
const SCHEMA_SCALARS = [
  'format', 'title', 'description', 'multipleOf', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum', 'maxLength', 'minLength', 'pattern',
  'maxItems', 'minItems', 'uniqueItems', 'maxProperties', 'minProperties', 'required', 'discriminator', 'readOnly',
];
const PARAMETER_SCALARS = [
  'required', 'in', 'description', 'name', 'allowEmptyValue', 'type', 'format', 'collectionFormat', 'maximum', 'exclusiveMaximum', 'minimum',
  'exclusiveMinimum', 'maxLength', 'minLength', 'pattern', 'maxItems', 'minItems', 'uniqueItems', 'multipleOf',
];
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];
const PARAMETER_KINDS: Readonly<Record<string, string>> = {
  header: 'header_parameter_sub_schema',
  formData: 'form_data_parameter_sub_schema',
  query: 'query_parameter_sub_schema',
  path: 'path_parameter_sub_schema',
};

/**
 * The OpenAPI v2 document as the openapi.v2.Document message (gnostic's), which kubectl up to 1.28 asks for.
 * `table`: openapi/protobuf-openapi-v2.json. Everything that may be of any type travels as YAML text.
 */
export function encodeOpenApiV2(table: ProtobufTable, document: object): Buffer {
  const types = new MessageSet(table);
  return encodeMessage(types, types.get('openapi.v2.Document')!, documentFields(document as Json));
}

function documentFields(d: Json): Json {
  return {
    ...take(d, ['swagger', 'host', 'basePath', 'schemes', 'consumes', 'produces']),
    info: d.info && infoFields(d.info as Json),
    paths: d.paths && { path: named(d.paths, pathFields, (k) => k.startsWith('/')), ...extensions(d.paths as Json) },
    definitions: d.definitions && additional(d.definitions, schemaFields),
    parameters: d.parameters && additional(d.parameters, parameterFields),
    responses: d.responses && additional(d.responses, responseFields),
    security: list(d.security, securityFields),
    security_definitions: d.securityDefinitions && additional(d.securityDefinitions, securityDefinitionFields),
    tags: list(d.tags, (t) => ({ ...take(t, ['name', 'description']), ...external(t), ...extensions(t) })),
    ...external(d),
    ...extensions(d),
  };
}

function infoFields(i: Json): Json {
  return {
    ...take(i, ['title', 'version', 'description', 'termsOfService']),
    contact: i.contact && { ...take(i.contact as Json, ['name', 'url', 'email']), ...extensions(i.contact as Json) },
    license: i.license && { ...take(i.license as Json, ['name', 'url']), ...extensions(i.license as Json) },
    ...extensions(i),
  };
}

function pathFields(p: Json): Json {
  const out: Json = { ...reference(p), parameters: list(p.parameters, parameterItem), ...extensions(p) };
  for (const m of METHODS) if (p[m]) out[m] = operationFields(p[m] as Json);
  return out;
}

function operationFields(o: Json): Json {
  return {
    ...take(o, ['tags', 'summary', 'description', 'operationId', 'produces', 'consumes', 'schemes', 'deprecated']),
    parameters: list(o.parameters, parameterItem),
    responses: o.responses && { response_code: named(o.responses, responseValue, (k) => !isExtension(k)), ...extensions(o.responses as Json) },
    security: list(o.security, securityFields),
    ...external(o),
    ...extensions(o),
  };
}

function parameterItem(p: Json): Json {
  return p.$ref ? { json_reference: { ...reference(p), ...take(p, ['description']) } } : { parameter: parameterFields(p) };
}

function parameterFields(p: Json): Json {
  if (p.in === 'body') {
    return { body_parameter: { ...take(p, ['description', 'name', 'in', 'required']), schema: p.schema && schemaFields(p.schema as Json), ...extensions(p) } };
  }
  return { non_body_parameter: { [PARAMETER_KINDS[String(p.in)] ?? 'query_parameter_sub_schema']: primitiveFields(p) } };
}

function primitiveFields(p: Json): Json {
  return { ...take(p, PARAMETER_SCALARS), items: p.items && primitiveFields(p.items as Json), default: any(p.default), enum: list(p.enum, any), ...extensions(p) };
}

function responseValue(r: Json): Json {
  return r.$ref ? { json_reference: { ...reference(r), ...take(r, ['description']) } } : { response: responseFields(r) };
}

function responseFields(r: Json): Json {
  return {
    ...take(r, ['description']),
    schema: r.schema && { schema: schemaFields(r.schema as Json) },
    headers: r.headers && additional(r.headers, primitiveFields),
    examples: r.examples && additional(r.examples, any),
    ...extensions(r),
  };
}

function schemaFields(s: Json): Json {
  const more = s.additionalProperties;
  return {
    ...reference(s),
    ...take(s, SCHEMA_SCALARS),
    default: any(s.default),
    enum: list(s.enum, any),
    additional_properties: more === undefined ? undefined : typeof more === 'boolean' ? { boolean: more } : { schema: schemaFields(more as Json) },
    type: s.type === undefined ? undefined : { value: Array.isArray(s.type) ? s.type : [s.type] },
    items: s.items && { schema: (Array.isArray(s.items) ? (s.items as Json[]) : [s.items as Json]).map(schemaFields) },
    all_of: list(s.allOf, schemaFields),
    properties: s.properties && additional(s.properties, schemaFields),
    xml: s.xml && { ...take(s.xml as Json, ['name', 'namespace', 'prefix', 'attribute', 'wrapped']), ...extensions(s.xml as Json) },
    example: any(s.example),
    ...external(s),
    ...extensions(s),
  };
}

function securityFields(s: Json): Json {
  return additional(s, (names) => ({ value: names }));
}

function securityDefinitionFields(s: Json): Json {
  const flow = String(s.flow ?? '');
  const name =
    s.type === 'basic' ? 'basic_authentication_security'
    : s.type === 'apiKey' ? 'api_key_security'
    : `oauth2_${flow === 'accessCode' ? 'access_code' : flow}_security`;
  const scopes = s.scopes && { additional_properties: Object.entries(s.scopes as Json).map(([k, value]) => ({ name: k, value })) };
  return { [name]: { ...take(s, ['type', 'name', 'in', 'flow', 'authorizationUrl', 'tokenUrl', 'description']), scopes, ...extensions(s) } };
}

function external(o: Json): Json {
  const docs = o.externalDocs as Json | undefined;
  return docs ? { external_docs: { ...take(docs, ['description', 'url']), ...extensions(docs) } } : {};
}

/** A map as the list of its named values. */
function named(map: unknown, make: (value: Json) => Json | undefined, keep: (name: string) => boolean = () => true): Json[] {
  return Object.entries(map as Json)
    .filter(([name]) => keep(name))
    .map(([name, value]) => ({ name, value: make(value as Json) }));
}

function additional(map: unknown, make: (value: Json) => Json | undefined): Json {
  return { additional_properties: named(map, make) };
}

function extensions(o: Json): Json {
  const found = Object.keys(o).filter(isExtension);
  return found.length ? { vendor_extension: found.map((name) => ({ name, value: any(o[name]) })) } : {};
}

function isExtension(name: string): boolean {
  return name.startsWith('x-');
}

function any(value: unknown): Json | undefined {
  return value === undefined ? undefined : { yaml: formatYaml(value) };
}

function list(items: unknown, make: (item: Json) => Json | undefined): unknown[] | undefined {
  return Array.isArray(items) ? items.map((i) => make(i as Json)) : undefined;
}

function reference(o: Json): Json {
  return o.$ref === undefined ? {} : { _ref: o.$ref };
}

/** Fields that are taken over as they are; gnostic writes their names with underscores. */
function take(o: Json, names: readonly string[]): Json {
  const out: Json = {};
  for (const n of names) if (o[n] !== undefined) out[n.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)] = o[n];
  return out;
}
