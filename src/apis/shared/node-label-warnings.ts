import { isLabelValue } from './names';
import type { Raw } from './raw';

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

/** What to say of a node label that should no longer be used; undefined for all others. */
export function nodeLabelDeprecation(key: string): string | undefined {
  return Object.hasOwn(DEPRECATED, key) ? DEPRECATED[key] : undefined;
}

/** Warnings about deprecated labels, and with `checkValues` impossible values, in a node selector term. */
export function nodeSelectorTermWarnings(term: Raw, checkValues: boolean, path: string): string[] {
  const found: string[] = [];
  ((term.matchExpressions ?? []) as Raw[]).forEach((e, i) => {
    const deprecated = nodeLabelDeprecation(e.key as string);
    if (deprecated) found.push(`${path}.matchExpressions[${i}].key: ${e.key} is ${deprecated}`);
    if (!checkValues) return;
    ((e.values ?? []) as string[]).forEach((v, j) => {
      for (const m of isLabelValue(v)) found.push(`${path}.matchExpressions[${i}].values[${j}]: ${v} is invalid, ${m}`);
    });
  });
  return found;
}
