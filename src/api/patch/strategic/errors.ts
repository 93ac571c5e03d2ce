import { StatusError, badRequest } from '../../errors/status-error';
import { goType, goValue, isMap } from '../go-format';
import { rejected } from '../json-patch';

/** Most complaints about a strategic merge patch come as a bare 500: upstream has not given them a code. */
export function patchError(message: string): StatusError {
  return new StatusError(500, undefined, message);
}

export function noMergeKey(item: Record<string, unknown>, mergeKey: string): StatusError {
  return patchError(`map: ${goValue(item)} does not contain declared merge key: ${mergeKey}`);
}

export function unknownDirective(directive: unknown, patch: Record<string, unknown>): StatusError {
  return patchError(`unknown patch type: ${goText(directive)} in map: ${goValue(patch)}`);
}

/** fmt's %s of a JSON value. */
function goText(v: unknown): string {
  if (typeof v === 'string') return v;
  if (v === null || v === undefined) return '%!s(<nil>)';
  const inner = (x: unknown): string => (x === null || x === undefined ? '<nil>' : goText(x));
  if (Array.isArray(v)) return `[${v.map(inner).join(' ')}]`;
  if (isMap(v)) return `map[${Object.keys(v).sort().map((k) => `${k}:${inner(v[k])}`).join(' ')}]`;
  return `%!s(${goType(v, 'int64')}=${goValue(v)})`;
}

export function wrongType(expected: string, actual: unknown): StatusError {
  const received = actual === null || actual === undefined ? '%!s(<nil>)' : goType(actual, 'int64');
  return patchError(`expected a ${expected}, but received a ${received}`);
}

export const MAP = 'map[string]interface {}';
export const LIST = '[]interface {}';

export const badDeleteList = (): StatusError => badRequest('invalid patch format of primitive list');
export const badRetainKeys = (): StatusError => badRequest('invalid patch format of retainKeys');
export const badElementOrder = (): StatusError => badRequest('invalid patch format of setElementOrder list');

/** Lists of lists have no merge semantics. */
export const listOfLists = rejected;
