/**
 * The shape of API types, made from openapi/ and the Go facts beside it. One graph of nodes, shared and immutable:
 * decoders, patches, apply, protobuf and the served OpenAPI documents all read it.
 */
export type SchemaNode = ScalarSchema | ObjectSchema | MapSchema | ListSchema | AnySchema;

export interface ScalarSchema {
  kind: 'string' | 'integer' | 'number' | 'boolean';
  /**
   * What the scalar means: 'int32', 'int64', 'double', 'byte' (base64 in JSON), 'date-time', 'micro-time',
   * 'int-or-string', 'quantity', 'duration'. Absent for plain strings and booleans.
   */
  format?: string;
  enum?: readonly string[];
}

export interface ObjectSchema {
  kind: 'object';
  /** Definition name, e.g. io.k8s.api.apps.v1.DeploymentSpec */
  name: string;
  /** Go name of the type, as decode errors print it, e.g. DeploymentSpec */
  goName: string;
  properties: ReadonlyMap<string, Field>;
  /** x-kubernetes-map-type: atomic; the whole struct has one owner under server-side apply. */
  atomic?: boolean;
  /** x-kubernetes-unions, kept for the served documents. */
  extensions?: Readonly<Record<string, unknown>>;
  /** Set on top-level kinds. */
  gvks?: readonly { group: string; version: string; kind: string }[];
}

export interface MapSchema {
  kind: 'map';
  values: SchemaNode;
  /** x-kubernetes-map-type: atomic */
  atomic?: boolean;
}

export interface ListSchema {
  kind: 'list';
  items: SchemaNode;
  /** x-kubernetes-list-type; lists without one are atomic for apply. */
  listType: 'atomic' | 'set' | 'map';
  /** x-kubernetes-list-map-keys, in order; only with listType map. */
  mapKeys?: readonly string[];
}

/** RawExtension, JSON, FieldsV1: kept as it came (embedded: an object with apiVersion and kind inside). */
export interface AnySchema {
  kind: 'any';
  name?: string;
  /** The type that objects in it have: JSONSchemaPropsOrBool, …OrArray, …OrStringArray hold JSONSchemaProps or something else. */
  inner?: ObjectSchema;
}

/** A property of an object and what Go and the patch code know about it. */
export interface Field {
  schema: SchemaNode;
  required?: boolean;
  /** OpenAPI default (also the one that apply uses for list keys, e.g. protocol: TCP). */
  default?: unknown;
  /** A Go pointer, slice or map: null and absent are the same, and a zero behind a pointer is kept. */
  pointer?: boolean;
  /** Go's omitempty: a zero value (not behind a pointer) is left out when written. */
  omitEmpty?: boolean;
  /** An empty list is no absent one to upstream's defaults and validation, and is kept. */
  keepEmpty?: boolean;
  /** Go's name of the type, where it does not follow from the schema: v1.Protocol, v1.ResourceList. */
  goType?: string;
  /** Go structs the field is embedded through, as decode errors print them: VolumeSource. */
  embedded?: string;
  /** x-kubernetes-patch-strategy: 'merge', 'replace', 'retainKeys', 'merge,retainKeys'. */
  patchStrategy?: string;
  /** x-kubernetes-patch-merge-key */
  patchMergeKey?: string;
}

/** All definitions by name, and by kind. */
export interface SchemaSet {
  /** By definition name; undefined when there is none. */
  get(name: string): ObjectSchema | undefined;
  /** The schema of a top-level kind. */
  forKind(group: string, version: string, kind: string): ObjectSchema | undefined;
  names(): Iterable<string>;
  /** The definition as openapi/ holds it: `$ref` is a name and stands beside what `allOf` would hold. Never change it. */
  source(name: string): object | undefined;
}
