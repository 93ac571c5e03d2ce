import { parseFieldSelector } from '../../api/selectors/field-selector';
import { parseLabelSelector } from '../../api/selectors/label-selector';
import type { Raw } from '../shared/raw';

const LABEL_OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

/** What a field selector can say today: one value that a field has, or has not. */
function fieldUnderstood(q: Raw): boolean {
  return (q.operator === 'In' || q.operator === 'NotIn') && q.values?.length === 1;
}

function labelUnderstood(q: Raw): boolean {
  return LABEL_OPERATORS.includes(q.operator as string);
}

function ignored(selector: Raw | undefined, parse: (text: string) => unknown, understood: (q: Raw) => boolean): string | undefined {
  if (!selector) return undefined;
  const requirements = (selector.requirements ?? []) as Raw[];
  if (requirements.length) {
    const kept = requirements.filter(understood).length;
    if (kept === requirements.length) return undefined;
    return kept ? 'partially ignored' : 'ignored';
  }
  try {
    parse((selector.rawSelector ?? '') as string);
    return undefined;
  } catch {
    return 'ignored';
  }
}

/** What an access review says of selectors that it could not take into account; undefined: it understood them all. */
export function selectorError(spec: Raw): string | undefined {
  const r = (spec.resourceAttributes ?? {}) as Raw;
  const found: string[] = [];
  const fields = ignored(r.fieldSelector as Raw | undefined, parseFieldSelector, fieldUnderstood);
  if (fields) found.push(`spec.resourceAttributes.fieldSelector ${fields} due to parse error`);
  const labels = ignored(r.labelSelector as Raw | undefined, parseLabelSelector, labelUnderstood);
  if (labels) found.push(`spec.resourceAttributes.labelSelector ${labels} due to parse error`);
  return found.length ? found.join('; ') : undefined;
}
