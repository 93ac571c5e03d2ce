import { duplicate, required, type FieldError } from '../../api/errors/field-error';
import { validateLabelName } from '../shared/labels';

interface Requirement {
  key?: string;
  values?: string[] | null;
}

export interface TopologyTerm {
  matchLabelExpressions?: Requirement[];
}

const MOST_ERRORS = 10_000;

/** Complaints about a StorageClass's allowedTopologies: keys and values once each, no two terms alike. */
export function validateAllowedTopologies(terms: readonly TopologyTerm[] | undefined, path: string): FieldError[] {
  if (!terms?.length) return [];
  const errors: FieldError[] = [];
  // upstream compares with one empty map for each term, so a term without expressions is always its own duplicate
  const seen: string[] = terms.map(() => '[]');
  for (const [i, term] of terms.entries()) {
    // Their number grows with the square of the terms': a small body must not use up the memory.
    if (errors.length > MOST_ERRORS) break;
    const shape = pushTermErrors(errors, term, `${path}[${i}]`);
    for (const s of seen) if (s === shape) errors.push(duplicate(`${path}[${i}].matchLabelExpressions`, ''));
    seen.push(shape);
  }
  return errors;
}

/** The term's keys and sets of values as a text that equal terms share. */
function pushTermErrors(errors: FieldError[], term: TopologyTerm, path: string): string {
  const sets = new Map<string, string[]>();
  term.matchLabelExpressions?.forEach((e, i) => {
    const at = `${path}.matchLabelExpressions[${i}]`;
    const key = e.key ?? '';
    const values = new Set<string>();
    if (!e.values?.length) errors.push(required(`${at}.values`));
    e.values?.forEach((v, j) => {
      if (values.has(v)) errors.push(duplicate(`${at}.values[${j}]`, v));
      values.add(v);
    });
    errors.push(...validateLabelName(key, `${at}.key`));
    if (sets.has(key)) errors.push(duplicate(`${at}.key`, key));
    sets.set(key, [...values].sort());
  });
  return JSON.stringify([...sets].sort(([a], [b]) => (a < b ? -1 : 1)));
}
