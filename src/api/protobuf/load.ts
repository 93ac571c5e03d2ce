import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProtobufCodec } from './codec';
import type { ProtobufTable } from './messages';

const OPENAPI = join(__dirname, '..', '..', '..', 'openapi');

/** The codec for every kind of the API, from openapi/protobuf.json. `dir`: where the file is. */
export function loadProtobuf(dir = OPENAPI): ProtobufCodec {
  return new ProtobufCodec(JSON.parse(readFileSync(join(dir, 'protobuf.json'), 'utf8')) as ProtobufTable);
}
