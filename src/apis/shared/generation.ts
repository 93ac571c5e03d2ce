import type { KubeObject } from '../../api/meta/object';

/**
 * Sets metadata.generation: 1 on create (no `old`), one more than the old one when `changed`, else the old one. Clients cannot set it.
 * For prepareForCreate and prepareForUpdate of the kinds that count generations.
 */
export function bumpGeneration(o: KubeObject, old: KubeObject | undefined, changed = true): void {
  o.metadata.generation = old ? (old.metadata.generation ?? 0) + (changed ? 1 : 0) : 1;
}
