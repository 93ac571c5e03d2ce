import { describe, expect, it } from 'vitest';
import { clusterRoleBinding } from '../../../src/apis/rbac/cluster-role-binding';
import { clusterRole } from '../../../src/apis/rbac/cluster-role';
import { roleBinding } from '../../../src/apis/rbac/role-binding';
import { role } from '../../../src/apis/rbac/role';
import { KindUnderTest } from '../kind-under-test';

describe('Role and ClusterRole', () => {
  const kind = new KindUnderTest(role);
  const cluster = new KindUnderTest(clusterRole);

  it('needs verbs, groups and resources in its rules', () => {
    expect(kind.create('rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]').errors).toEqual([]);
    expect(kind.create('rules: [{apiGroups: [""], resources: [pods]}]').errors).toEqual(['rules[0].verbs: Required value: verbs must contain at least one value']);
    expect(kind.create('rules: [{verbs: [get]}]').errors).toEqual([
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'rules[0].resources: Required value: resource rules must supply at least one resource',
    ]);
  });

  it('speaks of URLs only for the whole cluster', () => {
    const rule = 'rules: [{nonResourceURLs: [/metrics], verbs: [get]}]';
    expect(cluster.create(rule).errors).toEqual([]);
    expect(kind.create(rule).errors).toEqual([expect.stringMatching(/^rules\[0\].nonResourceURLs: Invalid value: .*namespaced rules cannot apply to non-resource URLs$/)]);
  });

  it('sums up other roles that it selects', () => {
    expect(cluster.create('aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}').errors).toEqual([]);
    expect(cluster.create('aggregationRule: {}').errors).toEqual(['aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil']);
  });

  it('may have a name with colons', () => {
    expect(role.strategy.validateName!('system:x', false, { metadata: {} } as never)).toEqual([]);
    expect(role.strategy.validateName!('a/b', false, { metadata: {} } as never)).not.toEqual([]);
  });
});

describe('RoleBinding and ClusterRoleBinding', () => {
  const kind = new KindUnderTest(roleBinding);
  const cluster = new KindUnderTest(clusterRoleBinding);
  const REF = 'roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}';

  it('completes groups by the kinds of its subjects', () => {
    const { object, errors } = kind.create(`{roleRef: {kind: Role, name: r}, subjects: [{kind: User, name: ann}, {kind: ServiceAccount, name: d}]}`);
    expect(errors).toEqual([]);
    expect(object.roleRef.apiGroup).toBe('rbac.authorization.k8s.io');
    expect(object.subjects).toEqual([
      { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ann' },
      { kind: 'ServiceAccount', name: 'd' },
    ]);
  });

  it('binds a role that exists in its scope', () => {
    expect(cluster.create(`{${REF}}`).errors).toEqual(['roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"']);
    expect(cluster.create('{roleRef: {apiGroup: rbac.authorization.k8s.io, kind: "\\u202e", name: r}}').errors[0]).toContain('Unsupported value: "\\u202e": ');
    expect(kind.create('{roleRef: {apiGroup: other, kind: Role, name: r}}').errors).toEqual(['roleRef.apiGroup: Unsupported value: "other": supported values: "rbac.authorization.k8s.io"']);
  });

  it('keeps its role', () => {
    const { object } = kind.create(`{${REF}}`);
    expect(kind.update(object, (o) => void (o.roleRef.name = 's')).errors).toEqual([
      'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"s"}: cannot change roleRef',
    ]);
  });

  it('shows whom it binds', () => {
    const { object } = kind.create(`{${REF}, subjects: [{kind: User, name: ann}, {kind: Group, name: g}, {kind: ServiceAccount, name: d, namespace: ns}]}`);
    expect(kind.cells(object)).toMatchObject({ Role: 'Role/r', Users: 'ann', Groups: 'g', ServiceAccounts: 'ns/d' });
  });
});
