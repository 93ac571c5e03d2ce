import { GVKS } from './definitions';
import type { Definitions, Json } from './definitions';
import { BEARER, INFO, definitionsOf } from './document-v3';
import type { Content, Operation } from './operation';
import type { Parameter } from './parameters';
import { pathItems } from './path-items';

/** The one OpenAPI v2 document of everything that is served. */
export function documentV2(operations: readonly Operation[], definitions: Definitions): object {
  const paths: Record<string, Json> = {};
  for (const [path, item] of pathItems(operations)) {
    const out: Json = {};
    for (const { operation, parameters } of item.operations) out[operation.method] = operationV2(operation, parameters);
    if (item.parameters.length) out.parameters = item.parameters.map(parameterV2);
    paths[path] = out;
  }
  return {
    swagger: '2.0',
    info: INFO,
    paths,
    definitions: Object.fromEntries(definitions.closure(operations.flatMap(definitionsOf)).map((name) => [name, definitions.get(name)])),
    securityDefinitions: { BearerToken: BEARER },
    security: [{ BearerToken: [] }],
  };
}

function operationV2(o: Operation, parameters: readonly Parameter[]): Json {
  const all: Json[] = o.body ? [bodyV2(o.body), ...parameters.map(parameterV2)] : parameters.map(parameterV2);
  const responses: Json = {};
  for (const [code, r] of Object.entries(o.responses)) responses[code] = { description: r.text, ...(r.content ? { schema: schemaV2(r.content) } : {}) };
  return {
    description: o.summary,
    ...(o.consumes ? { consumes: o.consumes } : {}),
    produces: o.produces,
    schemes: ['https'],
    tags: [o.tag],
    operationId: o.id,
    ...(all.length ? { parameters: all } : {}),
    responses,
    ...(o.action ? { 'x-kubernetes-action': o.action } : {}),
    ...(o.gvk ? { [GVKS]: o.gvk } : {}),
  };
}

function bodyV2(body: { definition: string; required: boolean }): Json {
  return { name: 'body', in: 'body', ...(body.required ? { required: true } : {}), schema: schemaV2(body) };
}

function schemaV2(content: Content): Json {
  return content === 'text' ? { type: 'string' } : { $ref: `#/definitions/${content.definition}` };
}

function parameterV2(p: Parameter): Json {
  return { uniqueItems: true, type: p.type, name: p.name, in: p.in, ...(p.in === 'path' ? { required: true } : {}) };
}
