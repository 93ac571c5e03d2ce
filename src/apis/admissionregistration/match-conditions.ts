import { duplicate, invalidValue, required, tooMany, type FieldError } from '../../api/errors/field-error';
import type { AdmissionVariables } from '../../api/cel/admission-environment';
import { isQualifiedName } from '../shared/names';
import type { Raw } from '../shared/raw';
import { requiredExpressionErrors } from './expressions';

const CONDITIONS_MAX = 64;

/** Complaints about match conditions. */
export function validateMatchConditions(conditions: readonly Raw[], path: string, about: AdmissionVariables): FieldError[] {
  const errors: FieldError[] = [];
  if (conditions.length > CONDITIONS_MAX) errors.push(tooMany(path, conditions.length, CONDITIONS_MAX));
  const names = new Set<string>();
  conditions.forEach((c, i) => {
    const name = (c.name ?? '') as string;
    const expression = (c.expression ?? '') as string;
    errors.push(...requiredExpressionErrors(`${path}[${i}].expression`, expression, ['bool'], about));
    if (!name) errors.push(required(`${path}[${i}].name`));
    else {
      for (const m of isQualifiedName(name)) errors.push(invalidValue(`${path}[${i}].name`, name, m));
      if (names.has(name)) errors.push(duplicate(`${path}[${i}].name`, name));
      names.add(name);
    }
  });
  return errors;
}
