import { formatGoDuration, parseGoDuration } from '../meta/go-duration';
import { formatTime, parseTime } from '../meta/time';
import { parseJson } from '../schema/json';

/** A message whose JSON form is not an object of its fields: the value of its fields for a JSON value, and back. */
export interface SpecialMessage {
  /** Field values to write for a JSON value. */
  toFields(json: unknown): Record<string, unknown>;
  /** The JSON value of decoded fields. */
  toJson(fields: Record<string, unknown>): unknown;
}

const META = 'k8s.io.apimachinery.pkg.apis.meta.v1';
const APIEXTENSIONS = 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1';

/** A list, or a string, that protobuf wraps in a message with one field. */
function wrapped(field: string, empty: unknown): SpecialMessage {
  return { toFields: (json) => ({ [field]: json }), toJson: (f) => f[field] ?? empty };
}

/** Any JSON value, carried as its text. `bytes` fields hold base64 in between. */
const rawJson: SpecialMessage = {
  toFields: (json) => ({ raw: Buffer.from(JSON.stringify(json)) }),
  toJson(f) {
    const raw = f.raw as Buffer | undefined;
    return raw?.length ? parseJson(raw.toString('utf8')) : null;
  },
};

const time: SpecialMessage = {
  toFields: (json) => ({ seconds: Math.floor(parseTime(String(json)) / 1000), nanos: 0 }),
  toJson: (f) => (f.seconds === undefined ? null : formatTime(Number(f.seconds) * 1000)),
};

const microTime: SpecialMessage = {
  toFields(json) {
    const text = String(json);
    const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
    return { seconds: Math.floor(parseTime(text) / 1000), nanos: Number(fraction.padEnd(9, '0').slice(0, 9)) };
  },
  toJson(f) {
    if (f.seconds === undefined) return null;
    const micros = String(Math.floor(Number(f.nanos ?? 0) / 1000)).padStart(6, '0');
    return `${formatTime(Number(f.seconds) * 1000).slice(0, -1)}.${micros}Z`;
  },
};

const duration: SpecialMessage = {
  toFields: (json) => ({ duration: Math.round(parseGoDuration(String(json)) * 1e6) }),
  toJson: (f) => formatGoDuration(Number(f.duration ?? 0) / 1e6),
};

const intOrString: SpecialMessage = {
  toFields: (json) => (typeof json === 'number' ? { type: 0, intVal: json, strVal: '' } : { type: 1, intVal: 0, strVal: String(json) }),
  toJson: (f) => (f.type === 1 ? (f.strVal ?? '') : (f.intVal ?? 0)),
};

const quantity: SpecialMessage = { toFields: (json) => ({ string: String(json) }), toJson: (f) => f.string ?? '0' };

/** One schema, or several, or a truth value, or names: JSON tells them apart by their type. */
function schemaOr(other: string, isOther: (json: unknown) => boolean, empty: unknown): SpecialMessage {
  return {
    toFields: (json) => (isOther(json) ? { [other]: json } : { schema: json, ...(other === 'allows' ? { allows: true } : {}) }),
    toJson: (f) => f.schema ?? f[other] ?? empty,
  };
}

export const SPECIALS: ReadonlyMap<string, SpecialMessage> = new Map<string, SpecialMessage>([
  [`${META}.Time`, time],
  [`${META}.Timestamp`, time],
  [`${META}.MicroTime`, microTime],
  [`${META}.Duration`, duration],
  [`${META}.FieldsV1`, rawJson],
  [`${META}.Verbs`, wrapped('items', [])],
  ['k8s.io.apimachinery.pkg.runtime.RawExtension', rawJson],
  ['k8s.io.apimachinery.pkg.api.resource.Quantity', quantity],
  ['k8s.io.apimachinery.pkg.api.resource.QuantityValue', quantity],
  ['k8s.io.apimachinery.pkg.util.intstr.IntOrString', intOrString],
  [`${APIEXTENSIONS}.JSON`, rawJson],
  [`${APIEXTENSIONS}.JSONSchemaPropsOrArray`, schemaOr('jSONSchemas', Array.isArray, [])],
  [`${APIEXTENSIONS}.JSONSchemaPropsOrBool`, schemaOr('allows', (j) => typeof j === 'boolean', false)],
  [`${APIEXTENSIONS}.JSONSchemaPropsOrStringArray`, schemaOr('property', Array.isArray, [])],
]);

/** ExtraValue lists exist in several packages. */
export function specialOf(name: string): SpecialMessage | undefined {
  return SPECIALS.get(name) ?? (name.endsWith('.ExtraValue') ? EXTRA : undefined);
}

const EXTRA = wrapped('items', []);
