import { GVKS } from './definitions';
import type { Definitions, Json } from './definitions';
import type { Content, Operation } from './operation';
import type { Parameter } from './parameters';
import { pathItems } from './path-items';

export const INFO = { title: 'Kubernetes', version: '1.36' };
export const BEARER = { type: 'apiKey', description: 'Bearer token', name: 'authorization', in: 'header' };

/** The OpenAPI v3 document of one path below /openapi/v3. `gv`: the group version it is about, if any. */
export function documentV3(operations: readonly Operation[], definitions: Definitions, gv?: { group: string; version: string }): object {
  const schemas = Object.fromEntries(definitions.closure(operations.flatMap(definitionsOf)).map((name) => [name, ownKinds(definitions.get(name), gv)]));
  const paths: Record<string, Json> = {};
  for (const [path, item] of pathItems(operations)) {
    const out: Json = {};
    for (const { operation, parameters } of item.operations) out[operation.method] = operationV3(operation, parameters);
    if (item.parameters.length) out.parameters = item.parameters.map(parameterV3);
    paths[path] = out;
  }
  return {
    openapi: '3.0.0',
    info: INFO,
    paths,
    components: { ...(Object.keys(schemas).length ? { schemas } : {}), securitySchemes: { BearerToken: BEARER } },
  };
}

/** The definitions that an operation names. */
export function definitionsOf(o: Operation): string[] {
  const contents: (Content | undefined)[] = [o.body, ...Object.values(o.responses).map((r) => r.content)];
  return contents.flatMap((c) => (c === undefined || c === 'text' ? [] : [c.definition]));
}

function operationV3(o: Operation, parameters: readonly Parameter[]): Json {
  const responses: Json = {};
  for (const [code, r] of Object.entries(o.responses)) {
    responses[code] = { description: r.text, ...(r.content ? { content: perType(o.produces, r.content) } : {}) };
  }
  return {
    tags: [o.tag],
    description: o.summary,
    operationId: o.id,
    ...(parameters.length ? { parameters: parameters.map(parameterV3) } : {}),
    ...(o.body ? { requestBody: { content: perType(o.consumes ?? [], o.body), ...(o.body.required ? { required: true } : {}) } } : {}),
    responses,
    ...(o.action ? { 'x-kubernetes-action': o.action } : {}),
    ...(o.gvk ? { [GVKS]: o.gvk } : {}),
  };
}

function perType(types: readonly string[], content: Content): Json {
  const schema = content === 'text' ? { type: 'string' } : { $ref: `#/components/schemas/${content.definition}` };
  return Object.fromEntries([...types].sort().map((t) => [t, { schema }]));
}

function parameterV3(p: Parameter): Json {
  return { name: p.name, in: p.in, ...(p.in === 'path' ? { required: true } : {}), schema: { type: p.type, uniqueItems: true } };
}

/** A type that every group knows says so in each document of its own group only. */
function ownKinds(definition: Json, gv: { group: string; version: string } | undefined): Json {
  const kinds = definition[GVKS] as { group: string; version: string }[] | undefined;
  if (!kinds || kinds.length < 2) return definition;
  return { ...definition, [GVKS]: kinds.filter((k) => (k.group === '' && k.version === 'v1') || (k.group === gv?.group && k.version === gv.version)) };
}
