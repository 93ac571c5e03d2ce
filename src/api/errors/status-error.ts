import { groupKind, groupResource } from '../meta/object';
import { goQuote } from '../patch/go-format';
import type { FieldError } from './field-error';
import { causeOf, summarize } from './field-error';

export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** metav1.Status as JSON: how the API answers everything that is not an object. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: { resourceVersion?: string; continue?: string; remainingItemCount?: number };
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code?: number;
}

/** A refusal that a client sees as a Status object. The HTTP layer sends `status` with `status.code`. */
export class StatusError extends Error {
  readonly status: Status;

  constructor(
    readonly code: number,
    readonly reason: string | undefined,
    message: string,
    details?: StatusDetails,
    metadata: Status['metadata'] = {},
  ) {
    super(message);
    this.name = 'StatusError';
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata,
      status: 'Failure',
      message,
      ...(reason === undefined ? {} : { reason }),
      ...(details ? { details } : {}),
      code,
    };
  }

  /** The error that a Status received from a server stands for. */
  static from(status: Status): StatusError {
    return new StatusError(status.code ?? 500, status.reason, status.message ?? '', status.details, status.metadata);
  }
}

/** True when `e` is a StatusError of that reason ('NotFound', 'Conflict', …). */
export function isReason(e: unknown, ...reasons: string[]): e is StatusError {
  return e instanceof StatusError && e.reason !== undefined && reasons.includes(e.reason);
}

/** A group and a resource plural. */
export interface GroupResource {
  group: string;
  resource: string;
}

function named(gr: GroupResource, name: string): StatusDetails {
  return { ...(name ? { name } : {}), ...(gr.group ? { group: gr.group } : {}), kind: gr.resource };
}

export function notFound(gr: GroupResource, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${groupResource(gr.group, gr.resource)} ${goQuote(name)} not found`, named(gr, name));
}

export function alreadyExists(gr: GroupResource, name: string): StatusError {
  return new StatusError(409, 'AlreadyExists', `${groupResource(gr.group, gr.resource)} ${goQuote(name)} already exists`, named(gr, name));
}

/** generateName drew a taken name eight times; clients may retry after a second. */
export function generateNameConflict(gr: GroupResource, name: string): StatusError {
  return new StatusError(
    409,
    'AlreadyExists',
    `${groupResource(gr.group, gr.resource)} ${goQuote(name)} already exists, the server was not able to generate a unique name for the object`,
    { ...named(gr, name), retryAfterSeconds: 1 },
  );
}

/** 409 of optimistic locking; `why` is the upstream sentence that retry loops look for. */
export function conflict(gr: GroupResource, name: string, why: string): StatusError {
  return new StatusError(409, 'Conflict', `Operation cannot be fulfilled on ${groupResource(gr.group, gr.resource)} ${goQuote(name)}: ${why}`, named(gr, name));
}

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}

/** 403 as access control and admission say it: `pods "x" is forbidden: why`. */
export function forbidden(gr: GroupResource, name: string, why: string, causes?: StatusCause[]): StatusError {
  const what = groupResource(gr.group, gr.resource);
  const subject = !gr.resource ? 'forbidden' : name ? `${what} ${goQuote(name)} is forbidden` : `${what} is forbidden`;
  return new StatusError(403, 'Forbidden', `${subject}: ${why}`, { ...named(gr, name), ...(causes ? { causes } : {}) });
}

export function methodNotAllowed(message = 'the server does not allow this method on the requested resource'): StatusError {
  return new StatusError(405, 'MethodNotAllowed', message, {});
}

export function methodNotSupported(gr: GroupResource, action: string): StatusError {
  return new StatusError(405, 'MethodNotAllowed', `${action} is not supported on resources of kind "${groupResource(gr.group, gr.resource)}"`, named(gr, ''));
}

/** 422 with a cause per field error; `errors` must not be empty. */
export function invalid(gk: { group: string; kind: string }, name: string, errors: readonly FieldError[]): StatusError {
  return new StatusError(422, 'Invalid', `${groupKind(gk.group, gk.kind)} ${goQuote(name)} is invalid: ${summarize(errors)}`, {
    ...(name ? { name } : {}),
    ...(gk.group ? { group: gk.group } : {}),
    kind: gk.kind,
    causes: errors.map(causeOf),
  });
}

export function expired(message: string, continueToken?: string): StatusError {
  return new StatusError(410, 'Expired', message, undefined, continueToken === undefined ? {} : { continue: continueToken });
}

export function tooManyRequests(message: string, retryAfterSeconds: number, causes?: StatusCause[]): StatusError {
  return new StatusError(429, 'TooManyRequests', message, { ...(causes ? { causes } : {}), ...(retryAfterSeconds ? { retryAfterSeconds } : {}) });
}

/** 500: something inside went wrong; upstream prefixes the text in this way. */
export function internalError(message: string): StatusError {
  return new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

/** A reader asked for a version that is not there yet: 504 with Retry-After 1. */
export function resourceVersionTooLarge(wanted: number | string, current: number): StatusError {
  return new StatusError(504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}
