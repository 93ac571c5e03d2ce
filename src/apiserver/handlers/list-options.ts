import { type FieldError, forbiddenField, notSupported } from '../../api/errors/field-error';
import { StatusError, badRequest, invalid } from '../../api/errors/status-error';
import { goQuote } from '../../api/patch/go-format';
import { isUint, plain500 } from '../registry/registry';
import type { ListParams } from './handlers';
import { isTrue, parseInt64 } from './options';
import { parseSelectors } from './selection';
import type { Selectors } from './selection';

/** Options of a list or watch after validation. */
export interface ReadOptions {
  limit: number;
  continue?: string;
  /** As sent; '' when absent. */
  resourceVersion: string;
  match: '' | 'Exact' | 'NotOlderThan';
  timeoutSeconds?: number;
  sendInitialEvents?: boolean;
  bookmarks: boolean;
  selectors: Selectors;
}

const LIST_OPTIONS = { group: 'meta.k8s.io', kind: 'ListOptions' };

/** Validates the query of a list or watch in upstream's order. @throws BadRequest, Invalid */
export function readOptions(p: ListParams, watch: boolean): ReadOptions {
  const timeoutSeconds = p.timeoutSeconds === undefined ? undefined : parseInt64(p.timeoutSeconds);
  const limit = p.limit === undefined ? 0 : parseInt64(p.limit);
  const selectors = parseSelectors(p);
  const rv = p.resourceVersion ?? '';
  const match = p.resourceVersionMatch ?? '';
  const initial = p.sendInitialEvents === undefined ? undefined : isTrue(p.sendInitialEvents);
  const errors: FieldError[] = [];
  if (watch) checkWatch(match, initial, p.continue, errors);
  else checkList(match, rv, initial, p.continue, errors);
  if (errors.length) throw invalid(LIST_OPTIONS, '', errors);
  return {
    limit: Math.max(0, limit),
    continue: p.continue || undefined,
    resourceVersion: rv,
    match: match as ReadOptions['match'],
    timeoutSeconds,
    sendInitialEvents: initial,
    bookmarks: p.allowWatchBookmarks !== undefined && isTrue(p.allowWatchBookmarks),
    selectors,
  };
}

function checkWatch(match: string, initial: boolean | undefined, cont: string | undefined, errors: FieldError[]): void {
  const path = 'resourceVersionMatch';
  if (initial !== undefined) {
    if (match !== 'NotOlderThan') errors.push(forbiddenField(path, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
    if (match !== '' && match !== 'NotOlderThan') errors.push(notSupported(path, match, ['NotOlderThan']));
    if (cont) errors.push(forbiddenField(path, 'resourceVersionMatch is forbidden when continue is provided'));
    return;
  }
  if (match !== '') errors.push(forbiddenField(path, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
  if (match !== '' && match !== 'NotOlderThan') errors.push(notSupported(path, match, ['NotOlderThan']));
}

function checkList(match: string, rv: string, initial: boolean | undefined, cont: string | undefined, errors: FieldError[]): void {
  const path = 'resourceVersionMatch';
  if (match !== '') {
    if (rv === '') errors.push(forbiddenField(path, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (cont) errors.push(forbiddenField(path, 'resourceVersionMatch is forbidden when continue is provided'));
    if (match !== 'Exact' && match !== 'NotOlderThan') errors.push(notSupported(path, match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && rv === '0') errors.push(forbiddenField(path, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  if (initial !== undefined) errors.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
}

/** The revision in a list's query; undefined when none was asked. @throws BadRequest */
export function listRevision(rv: string): number | undefined {
  if (rv === '') return undefined;
  if (!isUint(rv)) throw badRequest(`invalid resource version: ${badVersion(rv)}`);
  return Number(rv);
}

/** The revision in the query of a get or watch. @throws 500, as upstream has no better */
export function getRevision(rv: string | undefined): number | undefined {
  if (!rv) return undefined;
  if (!isUint(rv)) throw plain500(badVersion(rv));
  return Number(rv);
}

function badVersion(rv: string): string {
  return `resourceVersion: Invalid value: ${goQuote(rv)}: strconv.ParseUint: parsing ${goQuote(rv)}: invalid syntax`;
}

/** 410 of a list whose exact revision or continue token is too old; `token` lets it go on inconsistently. */
export function listExpired(token: string | undefined): StatusError {
  const message =
    token === undefined
      ? 'The resourceVersion for the provided list is too old.'
      : "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";
  return new StatusError(410, 'Expired', message, undefined, token === undefined ? {} : { continue: token });
}
