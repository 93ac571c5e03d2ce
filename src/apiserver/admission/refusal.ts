import { forbidden } from '../../api/errors/status-error';
import type { StatusCause, StatusError } from '../../api/errors/status-error';
import type { AdmissionRequest } from './admission';

/** The 403 of a plugin (admission.NewForbidden upstream). An object that has no name yet goes by its generateName. */
export function refusal(r: AdmissionRequest, why: string, causes?: StatusCause[]): StatusError {
  const { gvk, plural } = r.definition;
  const m = r.object?.metadata;
  return forbidden({ group: gvk.group, resource: plural }, r.name || m?.name || m?.generateName || 'Unknown', why, causes);
}

/** Several complaints as one text: each once, in brackets when they are more than one (Go's aggregate). */
export function aggregate(complaints: readonly string[]): string {
  const once = [...new Set(complaints)];
  return once.length === 1 ? once[0]! : `[${once.join(', ')}]`;
}
