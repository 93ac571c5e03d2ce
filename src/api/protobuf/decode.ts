import type { MessageField, MessageSet, MessageType, Scalar } from './messages';
import { specialOf } from './specials';
import { BYTES, Reader } from './wire';
import { setKey } from '../meta/set-key';

type Json = Record<string, unknown>;

/**
 * The JSON object of a message. Every field that was on the wire is there, zero values too: Go writes those that are no pointers
 * whether they were set or not, and the schema's decoder drops them again. @throws Error for malformed data
 */
export function decodeMessage(types: MessageSet, type: MessageType, bytes: Uint8Array, into: Json = {}): Json {
  return readMessage(types, type, new Reader(bytes), into);
}

function readMessage(types: MessageSet, type: MessageType, r: Reader, out: Json): Json {
  while (!r.done) {
    const tag = r.varint();
    const wire = tag & 7;
    const f = type.field(Math.floor(tag / 8));
    if (!f) r.skip(wire);
    else if (f.embedded) readMessage(types, target(types, f), r.nested(), out);
    else if (f.map) readEntry(types, f, r.nested(), entryMap(out, f.name));
    else if (f.repeated) readRepeated(types, f, r, wire, out);
    else setKey(out, f.name, readField(types, f, r));
  }
  return out;
}

function readRepeated(types: MessageSet, f: MessageField, r: Reader, wire: number, out: Json): void {
  const list = (out[f.name] ??= []) as unknown[];
  if (wire === BYTES && f.scalar && f.scalar !== 'string' && f.scalar !== 'bytes') {
    for (const packed = r.nested(); !packed.done; ) list.push(readScalar(f.scalar, packed));
  } else list.push(readField(types, f, r));
}

function readEntry(types: MessageSet, f: MessageField, r: Reader, map: Json): void {
  let key = '';
  let value: unknown;
  while (!r.done) {
    const tag = r.varint();
    if (tag >> 3 === 1) key = r.string();
    else if (tag >> 3 === 2) value = readField(types, f, r);
    else r.skip(tag & 7);
  }
  setKey(map, key, value === undefined ? emptyOf(types, f) : value);
}

function readField(types: MessageSet, f: MessageField, r: Reader): unknown {
  if (f.scalar) return readScalar(f.scalar, r);
  const type = target(types, f);
  const special = specialOf(type.name);
  return special ? special.toJson(readRaw(types, type, r.nested())) : readMessage(types, type, r.nested(), {});
}

/** Fields of a special message; its bytes stay bytes. */
function readRaw(types: MessageSet, type: MessageType, r: Reader): Json {
  const out: Json = {};
  while (!r.done) {
    const tag = r.varint();
    const f = type.field(Math.floor(tag / 8));
    if (!f) r.skip(tag & 7);
    else if (f.repeated) readRepeated(types, f, r, tag & 7, out);
    else out[f.name] = f.scalar === 'bytes' ? r.bytes() : readField(types, f, r);
  }
  return out;
}

function readScalar(scalar: Scalar, r: Reader): unknown {
  switch (scalar) {
    case 'string':
      return r.string();
    case 'bytes':
      return r.bytes().toString('base64');
    case 'bool':
      return r.varint() !== 0;
    case 'int32':
      return r.int64() | 0;
    case 'int64':
      return r.int64();
    case 'double':
      return r.double();
  }
}

function entryMap(out: Json, name: string): Json {
  return (out[name] ??= {}) as Json;
}

/** What an entry without a value holds. */
function emptyOf(types: MessageSet, f: MessageField): unknown {
  if (!f.scalar) {
    const special = specialOf(target(types, f).name);
    return special ? special.toJson({}) : {};
  }
  return f.scalar === 'string' || f.scalar === 'bytes' ? '' : f.scalar === 'bool' ? false : 0;
}

function target(types: MessageSet, f: MessageField): MessageType {
  const type = types.get(f.message!);
  if (!type) throw new Error(`openapi/protobuf.json has no message ${f.message}; run scripts/protobuf-import.mjs again`);
  return type;
}
