import { own } from '../shared/own';
import { forbiddenField, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { semanticEqual } from '../shared/equality';
import type { Raw } from '../shared/raw';

const MAX_QUEUES = 10_000_000;
const MAX_HASH_BITS = 60;
const ZERO_SHARES_ANNOTATION = 'flowcontrol.k8s.io/preserve-zero-concurrency-shares';

/** The two levels whose spec is fixed; of `exempt` only the numbers may change. */
const MANDATORY: Readonly<Record<string, Raw>> = {
  exempt: { type: 'Exempt' },
  'catch-all': { type: 'Limited', limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' }, lendablePercent: 0 } },
};

/** Complaints about annotations and spec of a PriorityLevelConfiguration. */
export function validatePriorityLevel(o: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = o.spec as Raw;
  const name = o.metadata.name ?? '';
  if (o.metadata.annotations && ZERO_SHARES_ANNOTATION in o.metadata.annotations) {
    errors.push(forbiddenField('metadata.annotations', `annotation '${ZERO_SHARES_ANNOTATION}' is forbidden`));
  }
  const type: string = spec.type ?? '';
  if ((name === 'exempt') !== (type === 'Exempt')) errors.push(invalidValue('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'"));
  if (type === 'Exempt') {
    if (spec.limited) errors.push(forbiddenField('spec.limited', 'must be nil if the type is not Limited'));
    if (spec.exempt) pushShares(errors, spec.exempt, 'spec.exempt');
  } else if (type === 'Limited') {
    if (spec.exempt) errors.push(forbiddenField('spec.exempt', 'must be nil if the type is Limited'));
    if (!spec.limited) errors.push(required('spec.limited', 'must not be empty when type is Limited'));
    else pushLimitedErrors(errors, spec.limited, 'spec.limited');
  } else errors.push(type ? notSupported('spec.type', type, ['Exempt', 'Limited']) : required('spec.type'));
  const fixed = own(MANDATORY, name);
  if (!fixed) return errors;
  if (!semanticEqual(name === 'exempt' ? { ...spec, exempt: undefined } : spec, fixed)) {
    const except = name === 'exempt' ? " except the 'spec.exempt' field" : '';
    errors.push(invalidValue('spec', shownSpec(spec), `spec of '${name}'${except} must equal the fixed value`));
  }
  return errors;
}

function pushShares(errors: FieldError[], x: Raw, path: string): void {
  if (x.nominalConcurrencyShares < 0) {
    errors.push(invalidValue(`${path}.nominalConcurrencyShares`, x.nominalConcurrencyShares, 'must be a non-negative integer'));
  }
  pushLendable(errors, x, path);
}

function pushLendable(errors: FieldError[], x: Raw, path: string): void {
  const percent = x.lendablePercent;
  if (percent !== undefined && (percent < 0 || percent > 100)) {
    errors.push(invalidValue(`${path}.lendablePercent`, percent, 'must be between 0 and 100, inclusive'));
  }
}

function pushLimitedErrors(errors: FieldError[], x: Raw, path: string): void {
  if (x.nominalConcurrencyShares < 0) {
    errors.push(invalidValue(`${path}.nominalConcurrencyShares`, x.nominalConcurrencyShares, 'must be a non-negative integer'));
  }
  const response: Raw = x.limitResponse ?? {};
  const at = `${path}.limitResponse`;
  if (response.type === 'Reject') {
    if (response.queuing) errors.push(forbiddenField(`${at}.queuing`, 'must be nil if limited.limitResponse.type is not Limited'));
  } else if (response.type === 'Queue') {
    if (!response.queuing) errors.push(required(`${at}.queuing`, 'must not be empty if limited.limitResponse.type is Limited'));
    else pushQueuingErrors(errors, response.queuing, `${at}.queuing`);
  } else errors.push(response.type ? notSupported(`${at}.type`, response.type, ['Queue', 'Reject']) : required(`${at}.type`));
  pushLendable(errors, x, path);
  if (x.borrowingLimitPercent < 0) {
    errors.push(invalidValue(`${path}.borrowingLimitPercent`, x.borrowingLimitPercent, 'if specified, must be a non-negative integer'));
  }
}

function pushQueuingErrors(errors: FieldError[], q: Raw, path: string): void {
  const { queues, handSize, queueLengthLimit } = q as Record<string, number>;
  if (queueLengthLimit! <= 0) errors.push(invalidValue(`${path}.queueLengthLimit`, queueLengthLimit, 'must be positive'));
  if (queues! <= 0) errors.push(invalidValue(`${path}.queues`, queues, 'must be positive'));
  else if (queues! > MAX_QUEUES) errors.push(invalidValue(`${path}.queues`, queues, `must not be greater than ${MAX_QUEUES}`));
  const at = `${path}.handSize`;
  if (handSize! <= 0) errors.push(invalidValue(at, handSize, 'must be positive'));
  else if (handSize! > queues!) errors.push(invalidValue(at, handSize, `should not be greater than queues (${queues})`));
  else if (Math.ceil(Math.log2(queues!) * handSize!) > MAX_HASH_BITS) {
    const why = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${MAX_HASH_BITS}`;
    errors.push(invalidValue(at, handSize, why));
  }
}

/** The spec under the names of upstream's internal type, as its message prints it. */
function shownSpec(spec: Raw): object {
  const { limited, exempt } = spec as Record<string, Raw | undefined>;
  const queuing: Raw | undefined = limited?.limitResponse?.queuing;
  return {
    Type: spec.type ?? '',
    Limited: limited
      ? {
          NominalConcurrencyShares: limited.nominalConcurrencyShares,
          LimitResponse: {
            Type: limited.limitResponse?.type ?? '',
            Queuing: queuing ? { Queues: queuing.queues, HandSize: queuing.handSize, QueueLengthLimit: queuing.queueLengthLimit } : null,
          },
          LendablePercent: limited.lendablePercent ?? null,
          BorrowingLimitPercent: limited.borrowingLimitPercent ?? null,
        }
      : null,
    Exempt: exempt ? { NominalConcurrencyShares: exempt.nominalConcurrencyShares ?? null, LendablePercent: exempt.lendablePercent ?? null } : null,
  };
}
