import type { KubeObject } from '../../api/meta/object';
import type { Informer } from '../../client/informer';
import { hasLabels } from './pod';

const BY_LABEL = 'label';

/** Indexes namespaced objects by each of their labels, for listing by exact labels without looking at a whole namespace. */
export function indexByLabel<T extends KubeObject>(informer: Informer<T>): Informer<T> {
  informer.addIndex(BY_LABEL, (o) => Object.entries(o.metadata.labels ?? {}).map(([k, v]) => entry(o.metadata.namespace, k, v)));
  return informer;
}

/** Objects of the namespace that have all these labels; all of it when there are none. */
export function labelled<T extends KubeObject>(informer: Informer<T>, namespace: string | undefined, labels: Readonly<Record<string, string>>): readonly T[] {
  let fewest: readonly T[] | undefined;
  const terms = Object.entries(labels);
  for (const [k, v] of terms) {
    const found = informer.byIndex(BY_LABEL, entry(namespace, k, v));
    if (!fewest || found.length < fewest.length) fewest = found;
  }
  if (!fewest) return informer.list(namespace);
  return terms.length === 1 ? fewest : fewest.filter((o) => hasLabels(o.metadata.labels, labels));
}

function entry(namespace: string | undefined, key: string, value: string): string {
  return `${namespace ?? ''}/${key}=${value}`;
}
