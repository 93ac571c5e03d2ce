import { duplicate, invalidValue, required, type FieldError } from '../../api/errors/field-error';
import { pushLabelKeysErrors } from './affinity-validation';
import { pushNotSupported } from './checks';
import { validateLabelSelector } from './labels';
import type { Raw } from './raw';

const POLICIES = ['Honor', 'Ignore'];
const POSITIVE = 'must be greater than zero';

/** Complaints about the topologySpreadConstraints of a pod. */
export function pushSpreadErrors(errors: FieldError[], constraints: readonly Raw[], path: string): void {
  constraints.forEach((c, i) => {
    const at = `${path}[${i}]`;
    const skew = (c.maxSkew ?? 0) as number;
    const action = (c.whenUnsatisfiable ?? '') as string;
    if (skew <= 0) errors.push(invalidValue(`${at}.maxSkew`, skew, POSITIVE));
    if (!c.topologyKey) errors.push(required(`${at}.topologyKey`, 'can not be empty'));
    pushNotSupported(errors, action, ['DoNotSchedule', 'ScheduleAnyway'], `${at}.whenUnsatisfiable`);
    if (constraints.slice(i + 1).some((o) => o.topologyKey === c.topologyKey && o.whenUnsatisfiable === c.whenUnsatisfiable)) {
      errors.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${c.topologyKey ?? ''}, ${action}}`));
    }
    if (c.minDomains !== undefined) {
      if (c.minDomains <= 0) errors.push(invalidValue(`${at}.minDomains`, c.minDomains, POSITIVE));
      if (action !== 'DoNotSchedule') errors.push(invalidValue(`${at}.minDomains`, c.minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`));
    }
    for (const f of ['nodeAffinityPolicy', 'nodeTaintsPolicy']) if (c[f] !== undefined) pushNotSupported(errors, c[f] as string, POLICIES, `${at}.${f}`);
    pushLabelKeysErrors(errors, c, at);
    errors.push(...validateLabelSelector(c.labelSelector, `${at}.labelSelector`));
  });
}
