import { invalidValue, type FieldError } from '../../api/errors/field-error';
import { isPercent } from './formats';

/** IntOrString as JSON: 3 or '25%'. */
export type IntOrString = number | string;

/** Complaints about a value that must be a whole number of at least 0, or a percentage. */
export function validateIntOrPercent(v: IntOrString, path: string): FieldError[] {
  if (typeof v === 'string') return isPercent(v).map((m) => invalidValue(path, v, m));
  return v < 0 ? [invalidValue(path, v, 'must be greater than or equal to 0')] : [];
}

/** Complaint about a percentage above 100; numbers and malformed texts pass. */
export function validateAtMost100Percent(v: IntOrString, path: string): FieldError[] {
  const percent = percentOf(v);
  return percent !== undefined && percent > 100 ? [invalidValue(path, v, 'must not be greater than 100%')] : [];
}

/** The number before the percent sign, or undefined when `v` is no percentage. */
export function percentOf(v: IntOrString): number | undefined {
  return typeof v === 'string' && isPercent(v).length === 0 ? Number(v.slice(0, -1)) : undefined;
}

/** The number itself, or the one before the percent sign; 0 for other text, as IntValue gives. */
export function intOrPercentValue(v: IntOrString): number {
  if (typeof v === 'number') return v;
  return percentOf(v) ?? (/^[+-]?\d+$/.test(v) ? Number(v) : 0);
}
