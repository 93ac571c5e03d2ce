#!/usr/bin/env node
// The server's codec by itself, for the round trip program: a line {"encode": OBJECT} or {"decode": BASE64} on stdin is answered by a line
// {"protobuf": BASE64}, {"object": OBJECT} or {"error": TEXT}. Objects come out as the server would store them.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const require = createRequire(import.meta.url);
const dist = join(import.meta.dirname, '../../../../dist/api');
const codec = require(join(dist, 'protobuf/load.js')).loadProtobuf();
const { decodeObject } = require(join(dist, 'schema/decode.js'));
const schemas = require(join(dist, 'schema/load.js')).loadSchemas();

function answer({ encode, decode }) {
  if (encode) return { protobuf: codec.encode(encode).toString('base64') };
  const object = codec.decode(Buffer.from(decode, 'base64'), { apiVersion: '', kind: '' });
  const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion];
  const schema = schemas.forKind(group, version, object.kind);
  if (!schema) throw new Error(`no schema of ${object.apiVersion} ${object.kind}`);
  return { object: decodeObject(schema, object) };
}

for await (const line of createInterface({ input: process.stdin })) {
  let out;
  try {
    out = answer(JSON.parse(line));
  } catch (e) {
    out = { error: e.message };
  }
  process.stdout.write(`${JSON.stringify(out)}\n`);
}
