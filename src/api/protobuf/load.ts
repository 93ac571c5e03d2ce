import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProtobufCodec } from './codec';
import { encodeOpenApiV2 } from './openapi-v2';
import type { ProtobufTable } from './messages';

const OPENAPI = join(__dirname, '..', '..', '..', 'openapi');

/** The codec for every kind of the API, from openapi/protobuf.json. `dir`: where the file is. */
export function loadProtobuf(dir = OPENAPI): ProtobufCodec {
  return new ProtobufCodec(JSON.parse(readFileSync(join(dir, 'protobuf.json'), 'utf8')) as ProtobufTable);
}

/** Turns OpenAPI v2 documents into protobuf; the table is read on first use, since only old clients ask. `dir`: where the file is. */
export function loadOpenApiProtobuf(dir = OPENAPI): (document: object) => Buffer {
  let table: ProtobufTable | undefined;
  return (document) => {
    table ??= JSON.parse(readFileSync(join(dir, 'protobuf-openapi-v2.json'), 'utf8')) as ProtobufTable;
    return encodeOpenApiV2(table, document);
  };
}
