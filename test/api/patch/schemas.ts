import type { Field, ListSchema, MapSchema, ObjectSchema, ScalarSchema, SchemaNode } from '../../../src/api/schema/schema';

/** Schemas made by hand for tests: enough of ConfigMap, PodTemplate, Deployment and Service to show every rule. */

export const text: ScalarSchema = { kind: 'string' };
export const int: ScalarSchema = { kind: 'integer', format: 'int32' };
export const bool: ScalarSchema = { kind: 'boolean' };
export const quantity: ScalarSchema = { kind: 'string', format: 'quantity' };
export const time: ScalarSchema = { kind: 'string', format: 'date-time' };
export const intOrString: ScalarSchema = { kind: 'string', format: 'int-or-string' };

type Given = SchemaNode | (Partial<Field> & { schema: SchemaNode });

export function object(goName: string, fields: Record<string, Given>, more: Partial<ObjectSchema> = {}): ObjectSchema {
  const properties = new Map<string, Field>();
  for (const [name, f] of Object.entries(fields)) {
    const field: Field = 'schema' in f ? f : { schema: f };
    const container = field.schema.kind === 'list' || field.schema.kind === 'map' || field.schema.kind === 'any';
    properties.set(name, { omitEmpty: true, ...(container ? { pointer: true } : {}), ...field });
  }
  return { kind: 'object', name: `test.${goName}`, goName, properties, ...more };
}

export const map = (values: SchemaNode, atomic = false): MapSchema => ({ kind: 'map', values, ...(atomic ? { atomic } : {}) });
export const atomicList = (items: SchemaNode): ListSchema => ({ kind: 'list', items, listType: 'atomic' });
export const setOf = (items: SchemaNode): ListSchema => ({ kind: 'list', items, listType: 'set' });
export const keyed = (items: SchemaNode, ...mapKeys: string[]): ListSchema => ({ kind: 'list', items, listType: 'map', mapKeys });

/** A field that Go always writes (no omitempty). */
export const always = (schema: SchemaNode, more: Partial<Field> = {}): Given => ({ schema, omitEmpty: false, ...more });
/** A list that strategic patches merge by `mergeKey`, or as a set. */
export const merged = (schema: SchemaNode, mergeKey?: string, more: Partial<Field> = {}): Given => ({
  schema,
  patchStrategy: 'merge',
  ...(mergeKey ? { patchMergeKey: mergeKey } : {}),
  ...more,
});
export const pointer = (schema: SchemaNode, more: Partial<Field> = {}): Given => ({ schema, pointer: true, ...more });

const ownerReference = object('OwnerReference', { apiVersion: always(text), kind: always(text), name: always(text), uid: always(text), controller: pointer(bool) }, { atomic: true });
const managedFieldsEntry = object('ManagedFieldsEntry', { manager: text, operation: text, apiVersion: text, time: pointer(time), fieldsType: text, fieldsV1: { kind: 'any' }, subresource: text });

export const objectMeta = object('ObjectMeta', {
  name: text,
  generateName: text,
  namespace: text,
  uid: text,
  resourceVersion: text,
  generation: int,
  creationTimestamp: time,
  labels: map(text),
  annotations: map(text),
  ownerReferences: merged(keyed(ownerReference, 'uid'), 'uid'),
  finalizers: merged(setOf(text)),
  managedFields: atomicList(managedFieldsEntry),
});

const top = (goName: string, fields: Record<string, Given>): ObjectSchema =>
  object(goName, { kind: text, apiVersion: text, metadata: always(objectMeta), ...fields });

export const configMap = top('ConfigMap', { immutable: pointer(bool), data: map(text), binaryData: map({ kind: 'string', format: 'byte' }) });

const fieldRef = object('ObjectFieldSelector', { fieldPath: always(text) }, { atomic: true });
const envVar = object('EnvVar', { name: always(text, { default: '' }), value: text, valueFrom: pointer(object('EnvVarSource', { fieldRef: pointer(fieldRef) })) });
const port = object('ContainerPort', { name: text, containerPort: always(int, { default: 0 }), protocol: { schema: text, default: 'TCP' } });
const resources = object('ResourceRequirements', { limits: map(quantity), requests: map(quantity) });
const volumeMount = object('VolumeMount', { name: always(text, { default: '' }), readOnly: bool, mountPath: always(text, { default: '' }) });

export const container = object('Container', {
  name: always(text, { default: '' }),
  image: text,
  command: atomicList(text),
  args: atomicList(text),
  env: merged(keyed(envVar, 'name'), 'name'),
  ports: merged(keyed(port, 'containerPort', 'protocol'), 'containerPort'),
  resources: always(resources, { default: {} }),
  volumeMounts: merged(keyed(volumeMount, 'mountPath'), 'mountPath'),
  terminationMessagePath: text,
});

const volume = object('Volume', {
  name: always(text, { default: '' }),
  emptyDir: pointer(object('EmptyDirVolumeSource', { medium: text })),
  hostPath: pointer(object('HostPathVolumeSource', { path: always(text) })),
  configMap: pointer(object('ConfigMapVolumeSource', { name: text, defaultMode: pointer(int) })),
});

const podSpec = object('PodSpec', {
  volumes: merged(keyed(volume, 'name'), 'name', { patchStrategy: 'merge,retainKeys' }),
  initContainers: merged(keyed(container, 'name'), 'name'),
  containers: merged(keyed(container, 'name'), 'name', { omitEmpty: false, pointer: true }),
  nodeSelector: map(text, true),
  tolerations: atomicList(object('Toleration', { key: text, operator: text })),
  imagePullSecrets: merged(keyed(object('LocalObjectReference', { name: { schema: text, default: '' } }, { atomic: true }), 'name'), 'name'),
  securityContext: pointer(object('PodSecurityContext', { runAsUser: pointer(int) })),
  terminationGracePeriodSeconds: pointer(int),
});

const podTemplateSpec = object('PodTemplateSpec', { metadata: always(objectMeta), spec: always(podSpec) });

export const podTemplate = top('PodTemplate', { template: always(podTemplateSpec) });

const condition = object('PodCondition', {
  type: always(text),
  status: always(text),
  lastProbeTime: always(time),
  lastTransitionTime: always(time),
  reason: text,
});

export const pod = top('Pod', {
  spec: always(podSpec),
  status: always(object('PodStatus', { phase: text, message: text, conditions: merged(keyed(condition, 'type'), 'type') })),
});

const labelSelector = object('LabelSelector', { matchLabels: map(text) }, { atomic: true });
const rollingUpdate = object('RollingUpdateDeployment', { maxSurge: pointer(intOrString), maxUnavailable: pointer(intOrString) });

export const deployment = top('Deployment', {
  spec: always(
    object('DeploymentSpec', {
      replicas: pointer(int),
      selector: pointer(labelSelector, { omitEmpty: false }),
      template: always(podTemplateSpec),
      strategy: always(object('DeploymentStrategy', { type: text, rollingUpdate: pointer(rollingUpdate) }), { patchStrategy: 'retainKeys' }),
    }),
  ),
  status: always(object('DeploymentStatus', { replicas: int })),
});

const servicePort = object('ServicePort', { name: text, protocol: { schema: text, default: 'TCP' }, port: always(int), targetPort: always(intOrString), nodePort: int });

export const service = top('Service', {
  spec: always(object('ServiceSpec', { ports: merged(keyed(servicePort, 'port', 'protocol'), 'port'), selector: map(text, true), type: text, sessionAffinity: text })),
  status: always(object('ServiceStatus', { conditions: merged(keyed(condition, 'type'), 'type') })),
});

/** As a CustomResourceDefinition with list markers gives it: nothing is written that is not there. */
export const widget = object('Widget', {
  kind: text,
  apiVersion: text,
  metadata: objectMeta,
  spec: object('', {
    replicas: int,
    plain: atomicList(object('', { name: text, value: text })),
    keyed: keyed(object('', { name: text, value: text, size: { schema: int, default: 1 } }), 'name'),
    tags: setOf(text),
    settings: map(text),
    atom: object('', { a: text, b: text }, { atomic: true }),
    free: { kind: 'any' },
    raw: { kind: 'any', name: 'io.k8s.apimachinery.pkg.runtime.RawExtension' },
    port: intOrString,
  }),
  status: object('', { phase: text }),
});
