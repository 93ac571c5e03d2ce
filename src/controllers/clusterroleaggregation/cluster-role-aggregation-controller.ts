import type { KubeObject } from '../../api/meta/object';
import type { LabelSelectorSpec } from '../../api/selectors/label-selector';
import { selectorFrom } from '../../api/selectors/label-selector';
import type { Component, ComponentContext } from '../../client/component';
import { sameJson } from '../../client/equality';
import { QueueComponent } from '../../client/queue-component';
import { CLUSTER_ROLES } from '../../client/resources';

interface PolicyRule {
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
  verbs: string[];
}

interface ClusterRole extends KubeObject {
  rules?: PolicyRule[] | null;
  aggregationRule?: { clusterRoleSelectors?: LabelSelectorSpec[] };
}

/** Keeps the rules of ClusterRoles that are made of other ClusterRoles' rules. */
export function createClusterRoleAggregationController(x: ComponentContext): Component {
  const roles = x.caches.informer<ClusterRole>(CLUSTER_ROLES);
  roles.addIndex('aggregated', (r) => (r.aggregationRule ? ['yes'] : []));
  return new QueueComponent({
    ...x,
    name: 'clusterrole-aggregation-controller',
    setup: (queue) => {
      // Who selects whom is not known before labels and rules are looked at.
      const all = (): void => roles.byIndex('aggregated', 'yes').forEach((r) => queue.add(r.metadata.name!));
      return [roles.subscribe({ added: all, updated: all, deleted: all })];
    },
    async reconcile(name) {
      const role = roles.get(name);
      if (!role?.aggregationRule) return;
      const rules = aggregate(role, roles.list());
      if (sameJson(rules, role.rules ?? [])) return;
      const applied = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules };
      await x.client.patch(CLUSTER_ROLES, undefined, name, 'apply', applied, { fieldManager: 'clusterrole-aggregation-controller', force: true });
    },
  });
}

/** All rules of the selected roles: selector by selector, the roles by name, each rule once. */
function aggregate(role: ClusterRole, all: readonly ClusterRole[]): PolicyRule[] {
  const byName = [...all].sort((a, b) => (a.metadata.name! < b.metadata.name! ? -1 : 1));
  const rules: PolicyRule[] = [];
  for (const spec of role.aggregationRule!.clusterRoleSelectors ?? []) {
    const selector = selectorFrom(spec);
    for (const r of byName) {
      if (r.metadata.name === role.metadata.name || !selector.matches(r.metadata.labels)) continue;
      for (const rule of r.rules ?? []) if (!rules.some((x) => sameJson(x, rule))) rules.push(rule);
    }
  }
  return rules;
}
