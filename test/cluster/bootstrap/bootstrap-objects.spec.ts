import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ApiGroup } from '../../../src/apiserver/registry/strategy';
import { bootstrapObjects } from '../../../src/cluster/bootstrap/bootstrap-objects';

describe('bootstrapObjects', () => {
  const objects = bootstrapObjects();
  const namesOf = (kind: string): string[] => objects.filter((o) => o.kind === kind).map((o) => o.metadata.name!);

  it('holds the namespaces and default objects of a fresh cluster', () => {
    expect(namesOf('Namespace').sort()).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
    expect(namesOf('PriorityClass').sort()).toEqual(['system-cluster-critical', 'system-node-critical']);
    expect(namesOf('ClusterRole')).toEqual(expect.arrayContaining(['cluster-admin', 'admin', 'edit', 'view', 'system:node']));
    expect(namesOf('FlowSchema')).toEqual(expect.arrayContaining(['exempt', 'catch-all', 'system-leader-election']));
  });

  it('has an APIService for every version that is served', async () => {
    const apis = join(__dirname, '../../../src/apis');
    const served: string[] = [];
    for (const folder of readdirSync(apis).filter((f) => !['shared', 'core', 'apiregistration'].includes(f))) {
      const group = ((await import(`${apis}/${folder}/${folder}.group.ts`)) as Record<string, ApiGroup>)[`${folder}Group`]!;
      served.push(...group.versions.map((v) => `${v}.${group.name}`));
    }
    served.push('v1.');
    expect(namesOf('APIService').sort()).toEqual(served.sort());
  });

  it('leaves to the server what the server sets', () => {
    for (const o of objects) {
      expect(o.status, `${o.kind} ${o.metadata.name}`).toBeUndefined();
      for (const field of ['uid', 'resourceVersion', 'creationTimestamp', 'managedFields', 'generation']) expect(o.metadata).not.toHaveProperty(field);
    }
  });

  it('has every role that a binding names', () => {
    const roles = new Set(objects.filter((o) => o.kind === 'ClusterRole' || o.kind === 'Role').map((o) => `${o.kind}/${o.metadata.name}`));
    for (const b of objects.filter((o) => o.kind.endsWith('RoleBinding'))) expect(roles, b.metadata.name).toContain(`${b.roleRef.kind}/${b.roleRef.name}`);
  });

  it('hands out fresh copies', () => {
    bootstrapObjects()[0]!.metadata.name = 'changed';
    expect(bootstrapObjects()[0]!.metadata.name).not.toBe('changed');
  });
});
