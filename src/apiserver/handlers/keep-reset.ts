import type { KubeObject } from '../../api/meta/object';

/** An empty managedFields list means "forget them"; decoding, to which empty and absent are one, must not lose that. */
export function keepReset(raw: unknown, object: KubeObject): void {
  const entries = (raw as { metadata?: { managedFields?: unknown } } | null)?.metadata?.managedFields;
  if (Array.isArray(entries) && entries.length === 0) object.metadata.managedFields = [];
}
