import { invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import type { Raw } from '../shared/raw';
import { validateNonNegativeQuantity } from '../shared/resource-names';

const MAX_PERIOD = 1800;
const MAX_WINDOW = 3600;

/** Fills each direction of spec.behavior with what applies without it. */
export function defaultBehavior(behavior: Raw | undefined): void {
  if (!behavior) return;
  behavior.scaleUp = {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
    ...(behavior.scaleUp as Raw | undefined),
  };
  behavior.scaleDown = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }], ...(behavior.scaleDown as Raw | undefined) };
}

/** Complaints about spec.behavior. */
export function validateBehavior(behavior: Raw | undefined): FieldError[] {
  return ['scaleUp', 'scaleDown'].flatMap((direction) => validateRules(behavior?.[direction] as Raw | undefined, `spec.behavior.${direction}`));
}

function validateRules(rules: Raw | undefined, path: string): FieldError[] {
  if (!rules) return [];
  const errors: FieldError[] = [];
  const window = rules.stabilizationWindowSeconds as number | undefined;
  const at = `${path}.stabilizationWindowSeconds`;
  if (window !== undefined && window < 0) errors.push(invalidValue(at, window, 'must be greater than or equal to zero'));
  if (window !== undefined && window > MAX_WINDOW) errors.push(invalidValue(at, window, `must be less than or equal to ${MAX_WINDOW}`));
  const select = rules.selectPolicy as string | undefined;
  if (select !== undefined && !['Disabled', 'Max', 'Min'].includes(select)) errors.push(notSupported(`${path}.selectPolicy`, select, ['Disabled', 'Max', 'Min']));
  const policies = (rules.policies ?? []) as Raw[];
  if (!policies.length) errors.push(required(`${path}.policies`, 'must specify at least one Policy'));
  policies.forEach((p, i) => pushPolicyErrors(errors, p, `${path}.policies[${i}]`));
  if (rules.tolerance !== undefined) errors.push(...validateNonNegativeQuantity(rules.tolerance, `${path}.tolerance`));
  return errors;
}

function pushPolicyErrors(errors: FieldError[], policy: Raw, path: string): void {
  const { type = '', value = 0, periodSeconds = 0 } = policy as { type?: string; value?: number; periodSeconds?: number };
  if (type !== 'Pods' && type !== 'Percent') errors.push(notSupported(`${path}.type`, type, ['Percent', 'Pods']));
  if (value <= 0) errors.push(invalidValue(`${path}.value`, value, 'must be greater than zero'));
  if (periodSeconds <= 0) errors.push(invalidValue(`${path}.periodSeconds`, periodSeconds, 'must be greater than zero'));
  if (periodSeconds > MAX_PERIOD) errors.push(invalidValue(`${path}.periodSeconds`, periodSeconds, `must be less than or equal to ${MAX_PERIOD}`));
}
