import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeMessage } from '../../../src/api/protobuf/decode';
import { loadOpenApiProtobuf } from '../../../src/api/protobuf/load';
import type { ProtobufTable } from '../../../src/api/protobuf/messages';
import { MessageSet } from '../../../src/api/protobuf/messages';

const table = JSON.parse(readFileSync(join(__dirname, '../../../openapi/protobuf-openapi-v2.json'), 'utf8')) as ProtobufTable;
const types = new MessageSet(table);
const encode = loadOpenApiProtobuf();
const read = (document: object): Record<string, unknown> => decodeMessage(types, types.get('openapi.v2.Document')!, encode(document));

describe('OpenAPI v2 as protobuf', () => {
  it('names what maps name', () =>
    expect(
      read({
        swagger: '2.0',
        info: { title: 'Kubernetes', version: 'v1.36.2' },
        paths: {
          '/api/v1/pods': {
            get: {
              operationId: 'list',
              produces: ['application/json'],
              'x-kubernetes-action': 'list',
              'x-kubernetes-group-version-kind': { group: '', kind: 'Pod', version: 'v1' },
              parameters: [{ name: 'dryRun', in: 'query', type: 'string', uniqueItems: true }, { name: 'body', in: 'body', required: true, schema: { $ref: '#/definitions/Pod' } }, { $ref: '#/parameters/limit' }],
              responses: { '200': { description: 'OK', schema: { $ref: '#/definitions/PodList' } } },
            },
            parameters: [{ name: 'name', in: 'path', required: true, type: 'string' }],
          },
        },
        security: [{ BearerToken: [] }],
        securityDefinitions: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } },
      }),
    ).toEqual({
      swagger: '2.0',
      info: { title: 'Kubernetes', version: 'v1.36.2' },
      paths: {
        path: [
          {
            name: '/api/v1/pods',
            value: {
              get: {
                operation_id: 'list',
                produces: ['application/json'],
                parameters: [
                  { parameter: { non_body_parameter: { query_parameter_sub_schema: { name: 'dryRun', in: 'query', type: 'string', unique_items: true } } } },
                  { parameter: { body_parameter: { name: 'body', in: 'body', required: true, schema: { _ref: '#/definitions/Pod' } } } },
                  { json_reference: { _ref: '#/parameters/limit' } },
                ],
                responses: { response_code: [{ name: '200', value: { response: { description: 'OK', schema: { schema: { _ref: '#/definitions/PodList' } } } } }] },
                vendor_extension: [
                  { name: 'x-kubernetes-action', value: { yaml: 'list\n' } },
                  { name: 'x-kubernetes-group-version-kind', value: { yaml: 'group: ""\nkind: Pod\nversion: v1\n' } },
                ],
              },
              parameters: [{ parameter: { non_body_parameter: { path_parameter_sub_schema: { name: 'name', in: 'path', required: true, type: 'string' } } } }],
            },
          },
        ],
      },
      security: [{ additional_properties: [{ name: 'BearerToken', value: {} }] }],
      security_definitions: { additional_properties: [{ name: 'BearerToken', value: { api_key_security: { type: 'apiKey', name: 'authorization', in: 'header' } } }] },
    }));

  it('keeps the shape of schemas', () =>
    expect(
      read({
        definitions: {
          Pod: {
            type: 'object',
            required: ['spec'],
            description: 'a pod',
            properties: {
              labels: { type: 'object', additionalProperties: { type: 'string' } },
              ports: { type: 'array', items: { $ref: '#/definitions/Port' }, 'x-kubernetes-list-map-keys': ['a', 'b'] },
              any: { additionalProperties: true, default: {}, enum: ['x', 1], maximum: 1.5 },
            },
          },
        },
      }),
    ).toEqual({
      definitions: {
        additional_properties: [
          {
            name: 'Pod',
            value: {
              type: { value: ['object'] },
              required: ['spec'],
              description: 'a pod',
              properties: {
                additional_properties: [
                  { name: 'labels', value: { type: { value: ['object'] }, additional_properties: { schema: { type: { value: ['string'] } } } } },
                  {
                    name: 'ports',
                    value: {
                      type: { value: ['array'] },
                      items: { schema: [{ _ref: '#/definitions/Port' }] },
                      vendor_extension: [{ name: 'x-kubernetes-list-map-keys', value: { yaml: '- a\n- b\n' } }],
                    },
                  },
                  { name: 'any', value: { additional_properties: { boolean: true }, default: { yaml: '{}\n' }, enum: [{ yaml: 'x\n' }, { yaml: '1\n' }], maximum: 1.5 } },
                ],
              },
            },
          },
        ],
      },
    }));
});
