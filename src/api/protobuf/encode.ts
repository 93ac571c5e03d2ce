import type { MessageField, MessageSet, MessageType, Scalar } from './messages';
import { specialOf } from './specials';
import { BYTES, FIXED64, ReverseWriter, VARINT } from './wire';

type Json = Record<string, unknown>;

/** The bytes of a message for a JSON object. Absent and null fields are left out; unknown ones too. */
export function encodeMessage(types: MessageSet, type: MessageType, value: Json): Buffer {
  return Buffer.from(encodeShared(types, type, value));
}

/** The same in memory that the next message is made in: to be measured, or copied at once. */
export function encodeShared(types: MessageSet, type: MessageType, value: Json): Buffer {
  writer.clear();
  writeMessage(types, writer, type, value);
  return writer.result();
}

/** Every message is made in the same memory, so that those that stay have no room to spare. */
const writer = new ReverseWriter(64 * 1024);

function writeMessage(types: MessageSet, w: ReverseWriter, type: MessageType, value: Json): void {
  for (let i = type.fields.length - 1; i >= 0; i--) {
    const f = type.fields[i]!;
    if (f.embedded) {
      const before = w.length;
      writeMessage(types, w, target(types, f), value);
      if (w.length > before) close(w, f.number, before);
      continue;
    }
    const v = value[f.name];
    if (v === undefined || v === null) continue;
    if (f.map) writeMap(types, w, f, v as Json);
    else if (f.repeated) {
      const items = v as readonly unknown[];
      for (let j = items.length - 1; j >= 0; j--) writeField(types, w, f, items[j], f.number);
    } else writeField(types, w, f, v, f.number);
  }
}

/** Entries in the order of their keys, as gogo writes them. */
function writeMap(types: MessageSet, w: ReverseWriter, f: MessageField, map: Json): void {
  const keys = Object.keys(map).sort();
  for (let i = keys.length - 1; i >= 0; i--) {
    const before = w.length;
    writeField(types, w, f, map[keys[i]!], 2);
    const key = w.length;
    w.string(keys[i]!);
    close(w, 1, key);
    close(w, f.number, before);
  }
}

function writeField(types: MessageSet, w: ReverseWriter, f: MessageField, v: unknown, number: number): void {
  if (f.scalar) return writeScalar(w, f.scalar, v, number);
  const type = target(types, f);
  const special = specialOf(type.name);
  const before = w.length;
  if (v !== null && v !== undefined) writeMessage(types, w, type, special ? special.toFields(v) : (v as Json));
  close(w, number, before);
}

function writeScalar(w: ReverseWriter, scalar: Scalar, v: unknown, number: number): void {
  const before = w.length;
  switch (scalar) {
    case 'string':
      w.string(String(v ?? ''));
      return close(w, number, before);
    case 'bytes':
      w.bytes(v instanceof Uint8Array ? v : Buffer.from(String(v ?? ''), 'base64'));
      return close(w, number, before);
    case 'bool':
      w.varint(v ? 1 : 0);
      return w.tag(number, VARINT);
    case 'int32':
    case 'int64':
      w.varint(Number(v));
      return w.tag(number, VARINT);
    case 'double':
      w.double(Number(v));
      return w.tag(number, FIXED64);
  }
}

/** Puts length and tag before what was written since `before`. */
function close(w: ReverseWriter, number: number, before: number): void {
  w.varint(w.length - before);
  w.tag(number, BYTES);
}

function target(types: MessageSet, f: MessageField): MessageType {
  const type = types.get(f.message!);
  if (!type) throw new Error(`openapi/protobuf.json has no message ${f.message}; run scripts/protobuf-import.mjs again`);
  return type;
}
