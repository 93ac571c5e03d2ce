import { admissionEnvironment, type AdmissionVariables } from '../../api/cel/admission-environment';
import { celProblem } from '../../api/cel/compile-error';
import { invalidValue, required, type FieldError } from '../../api/errors/field-error';

/** Complaints about an expression that is there: it must be CEL and give one of `types`; none: whatever it likes. */
export function expressionErrors(field: string, expression: string, types: readonly string[], about: AdmissionVariables): FieldError[] {
  const one = types.length === 1 ? types[0]! : `one of [${types.join(' ')}]`;
  const problem = celProblem(admissionEnvironment(about), expression.trim(), types, (type) => `must evaluate to ${one} but got ${type}`);
  return problem === undefined ? [] : [invalidValue(field, expression, problem)];
}

/** expressionErrors of an expression that has to be there; `missing` says more of one that is not. */
export function requiredExpressionErrors(field: string, expression: string, types: readonly string[], about: AdmissionVariables, missing?: string): FieldError[] {
  return expression.trim() ? expressionErrors(field, expression, types, about) : [required(field, missing)];
}
