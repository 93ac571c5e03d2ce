import type { ObjectSchema } from '../../schema/schema';
import { mergeMaps } from './merge-map';

/**
 * Applies a strategic merge patch: a merge patch in which the type says which lists are merged (and by which key) and which
 * are replaced, with the directives $patch, $retainKeys, $setElementOrder and $deleteFromPrimitiveList. `doc` is not changed and the result
 * shares with it; `patch` is used up, so give a copy of what is needed later.
 * @throws StatusError in upstream's words: 400 for malformed directives, 422 for lists of lists, else 500 without a reason
 */
export function applyStrategicMergePatch(schema: ObjectSchema, doc: Readonly<Record<string, unknown>>, patch: Record<string, unknown>): Record<string, unknown> {
  return mergeMaps(doc, patch, schema);
}
