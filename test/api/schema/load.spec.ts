import { describe, expect, it } from 'vitest';
import { loadSchemas } from '../../../src/api/schema/load';
import type { ListSchema, MapSchema, ObjectSchema } from '../../../src/api/schema/schema';

const schemas = loadSchemas();
const core = (name: string): ObjectSchema => schemas.get(`io.k8s.api.core.v1.${name}`)!;
const field = (name: string, key: string) => core(name).properties.get(key)!;

describe('loadSchemas', () => {
  it('finds definitions by name and by kind', () => {
    expect(schemas.forKind('apps', 'v1', 'Deployment')).toBe(schemas.get('io.k8s.api.apps.v1.Deployment'));
    expect(schemas.forKind('rbac.authorization.k8s.io', 'v1', 'Role')!.name).toBe('io.k8s.api.rbac.v1.Role');
    expect(schemas.get('nope')).toBeUndefined();
    expect(schemas.get('constructor')).toBeUndefined();
    expect(schemas.forKind('apps', 'v1beta1', 'Deployment')).toBeUndefined();
    expect([...schemas.names()].length).toBeGreaterThan(500);
  });

  it('shares the node of a definition and follows types that contain themselves', () => {
    const props = schemas.get('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps')!;
    expect((props.properties.get('properties')!.schema as MapSchema).values).toBe(props);
    expect(props.properties.get('additionalProperties')!.schema).toMatchObject({ kind: 'any', inner: props });
  });

  it('knows list types, keys, defaults and patch strategies', () => {
    const ports = field('Container', 'ports');
    expect(ports.schema).toMatchObject({ kind: 'list', listType: 'map', mapKeys: ['containerPort', 'protocol'] });
    expect(ports).toMatchObject({ patchStrategy: 'merge', patchMergeKey: 'containerPort' });
    expect(field('ContainerPort', 'protocol')).toMatchObject({ default: 'TCP', goType: 'v1.Protocol' });
    expect((field('ServiceSpec', 'externalIPs').schema as ListSchema).listType).toBe('atomic');
    expect(field('PodSpec', 'volumes').patchStrategy).toBe('merge,retainKeys');
    expect(schemas.get('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')!.properties.get('finalizers')).toMatchObject({ schema: { listType: 'set' }, patchStrategy: 'merge' });
  });

  it('lets a field overrule whether its type is atomic', () => {
    expect(core('ObjectReference').atomic).toBe(true);
    expect((field('PersistentVolumeSpec', 'claimRef').schema as ObjectSchema).atomic).toBe(false);
    expect((field('PersistentVolumeSpec', 'claimRef').schema as ObjectSchema).properties.has('namespace')).toBe(true);
    expect((field('ServiceSpec', 'selector').schema as MapSchema).atomic).toBe(true);
  });

  it('knows pointers, omitted zeros and special scalars', () => {
    expect(schemas.get('io.k8s.api.apps.v1.DeploymentSpec')!.properties.get('replicas')).toMatchObject({ pointer: true, omitEmpty: true });
    expect(schemas.get('io.k8s.api.apps.v1.DeploymentSpec')!.properties.get('selector')).toMatchObject({ pointer: true, omitEmpty: false, required: true });
    expect(field('Pod', 'status')).toMatchObject({ pointer: false, omitEmpty: false });
    expect(field('PodSpec', 'hostNetwork')).toMatchObject({ pointer: false, omitEmpty: true });
    expect(field('Volume', 'emptyDir')).toMatchObject({ pointer: true, embedded: 'VolumeSource' });
    expect((field('ResourceRequirements', 'limits').schema as MapSchema).values).toMatchObject({ format: 'quantity' });
    expect(field('TCPSocketAction', 'port').schema).toMatchObject({ format: 'int-or-string' });
    expect(field('Event', 'eventTime').schema).toMatchObject({ format: 'micro-time' });
  });
});
