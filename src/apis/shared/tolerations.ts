import { invalidValue, notSupported, type FieldError } from '../../api/errors/field-error';
import { pushMessages } from './checks';
import { isLabelValue, isQualifiedName } from './names';
import type { Raw } from './raw';
import { pushTaintEffectErrors } from './taints';

const ALL_OPERATORS = ['Equal', 'Exists', 'Lt', 'Gt'];

/** Complaints about a toleration (ValidateTolerations). */
export function pushTolerationErrors(errors: FieldError[], t: Raw, path: string): void {
  const value = (t.value ?? '') as string;
  const operator = (t.operator ?? '') as string;
  if (t.key) pushMessages(errors, isQualifiedName(t.key), t.key, `${path}.key`);
  else if (operator !== 'Exists') {
    errors.push(invalidValue(`${path}.operator`, operator, 'operator must be Exists when `key` is empty, which means "match all values and all keys"'));
  }
  if (t.tolerationSeconds !== undefined && t.effect !== 'NoExecute') {
    errors.push(invalidValue(`${path}.effect`, t.effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  }
  switch (operator) {
    case 'Equal':
    case '': {
      const bad = isLabelValue(value);
      if (bad.length) errors.push(invalidValue(`${path}.operator`, value, bad.join(';')));
      break;
    }
    case 'Exists':
      if (value) errors.push(invalidValue(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'"));
      break;
    case 'Lt':
    case 'Gt':
      // the feature gate for comparing values is off: listed as supported all the same
      errors.push(notSupported(`${path}.operator`, operator, ALL_OPERATORS));
      break;
    default:
      errors.push(notSupported(`${path}.operator`, operator, ['Equal', 'Exists']));
  }
  if (t.effect) pushTaintEffectErrors(errors, t.effect, true, `${path}.effect`);
}
