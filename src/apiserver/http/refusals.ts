import { forbidden, StatusError } from '../../api/errors/status-error';
import type { Attributes } from '../authz/authorizer';

/** The refusals that routing, negotiation and access control give; messages are those of kube-apiserver and go-restful. */

/** The path names a group, version, resource or subresource that is not served. */
export function unknownResource(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** No type the Accept header names can be produced by the route at all. */
export function notAcceptableRoute(available: readonly string[]): StatusError {
  return new StatusError(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${available.join(', ')}`, {});
}

/** The Accept header names a type that exists with parameters that cannot be honoured. */
export function notAcceptable(accepted: readonly string[]): StatusError {
  return new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`);
}

/** The answer cannot be turned into what was asked for. */
export function notConvertible(message: string): StatusError {
  return new StatusError(406, 'NotAcceptable', message);
}

/** A PATCH of a built-in resource with a Content-Type that is no patch. */
export function unsupportedRouteType(): StatusError {
  return new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
}

/** A body in a format nobody reads. */
export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  return new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}

/** A body of more than `limit` bytes. */
export function bodyTooLarge(limit: number): StatusError {
  return new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);
}

/** The request's own deadline (?timeout=) passed. */
export function requestTimedOut(): StatusError {
  return new StatusError(504, 'Timeout', 'Timeout: request did not complete within the allotted timeout', {});
}

/** Access control says no; names the user, the verb and the target. */
export function accessDenied(a: Attributes, reason: string | undefined): StatusError {
  const text = reason ? `${escapeHtml(sentence(a))}: ${reason}` : escapeHtml(sentence(a));
  return forbidden({ group: a.group, resource: a.resource }, a.name, text);
}

function sentence(a: Attributes): string {
  const who = JSON.stringify(a.user.name);
  if (!a.isResource) return `User ${who} cannot ${a.verb} path ${JSON.stringify(a.path)}`;
  const resource = a.subresource ? `${a.resource}/${a.subresource}` : a.resource;
  const where = a.namespace ? `in the namespace ${JSON.stringify(a.namespace)}` : 'at the cluster scope';
  return `User ${who} cannot ${a.verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(a.group)} ${where}`;
}

/** Keeps error texts from looking like HTML. */
function escapeHtml(s: string): string {
  return s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
