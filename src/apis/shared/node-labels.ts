import type { LabelSelectorSource } from './labels';

const DEPRECATED: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
};

/** What is wrong with using this node label, if it is deprecated. */
export function nodeLabelWarning(key: string): string | undefined {
  return Object.hasOwn(DEPRECATED, key) ? DEPRECATED[key] : undefined;
}

/** Warnings for deprecated labels in a selector of nodes. */
export function nodeSelectorWarnings(selector: LabelSelectorSource | undefined, path: string): string[] {
  const warnings: string[] = [];
  selector?.matchExpressions?.forEach(({ key }, i) => {
    const message = nodeLabelWarning(key);
    if (message) warnings.push(`${path}.matchExpressions[${i}].key: ${key} is ${message}`);
  });
  for (const key in selector?.matchLabels) {
    const message = nodeLabelWarning(key);
    if (message) warnings.push(`${path}.matchLabels.${key}: ${message}`);
  }
  return warnings;
}
