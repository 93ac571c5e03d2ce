import { badRequest } from '../../api/errors/status-error';
import type { ObjectMeta } from '../../api/meta/object';

/** What is said of a body for another namespace than the path's. */
export const OTHER_NAMESPACE = 'the namespace of the provided object does not match the namespace sent on the request';

/** Takes from the metadata of an object to be created what only the server sets. */
export function wipeSystemFields(m: ObjectMeta): void {
  delete m.creationTimestamp;
  delete m.uid;
  delete m.deletionTimestamp;
  delete m.deletionGracePeriodSeconds;
  delete m.selfLink;
}

/** Puts an object into the namespace of the request, where it may already say to be. @throws BadRequest for another one */
export function checkNamespace(m: ObjectMeta, namespace: string | undefined): void {
  if (!m.namespace) m.namespace = namespace;
  else if (m.namespace !== namespace) throw badRequest(OTHER_NAMESPACE);
}
