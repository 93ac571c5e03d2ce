import { forbiddenField, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import { isDns1035Label } from '../shared/names';
import type { Raw } from '../shared/raw';
import { validateClientConfig } from '../shared/webhook-client';

const REVIEW_VERSIONS = ['v1', 'v1beta1'];

/** True when the server can talk to a webhook that knows these versions, or none are given. */
export function knowsReviewVersion(versions: readonly string[] | undefined): boolean {
  return !versions?.length || versions.some((v) => REVIEW_VERSIONS.includes(v));
}

function validateReviewVersions(versions: readonly string[], path: string, mustKnow: boolean): FieldError[] {
  if (!versions.length) return [required(path)];
  const errors: FieldError[] = [];
  versions.forEach((v, i) => {
    if (versions.indexOf(v) < i) errors.push(invalidValue(`${path}[${i}]`, v, 'duplicate version'));
    else for (const m of isDns1035Label(v)) errors.push(invalidValue(`${path}[${i}]`, v, m));
  });
  if (mustKnow && !knowsReviewVersion(versions)) errors.push(invalidValue(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`));
  return errors;
}

/** Complaints about how objects are turned from one version into another (internal form). */
export function validateConversion(c: Raw | undefined, path: string, mustKnowReviewVersion: boolean): FieldError[] {
  if (!c) return [];
  const errors: FieldError[] = [];
  if (!c.strategy) errors.push(required(`${path}.strategy`));
  else if (c.strategy !== 'None' && c.strategy !== 'Webhook') errors.push(notSupported(`${path}.strategy`, c.strategy, ['None', 'Webhook']));
  const client = c.webhookClientConfig as Raw | undefined;
  const versions = (c.conversionReviewVersions ?? []) as string[];
  if (c.strategy === 'Webhook') {
    if (!client) errors.push(required(`${path}.webhookClientConfig`, 'required when strategy is set to Webhook'));
    else errors.push(...validateClientConfig(client, `${path}.webhookClientConfig`));
    errors.push(...validateReviewVersions(versions, `${path}.conversionReviewVersions`, mustKnowReviewVersion));
    return errors;
  }
  const why = 'should not be set when strategy is not set to Webhook';
  if (client) errors.push(forbiddenField(`${path}.webhookClientConfig`, why));
  if (versions.length) errors.push(forbiddenField(`${path}.conversionReviewVersions`, why));
  return errors;
}
