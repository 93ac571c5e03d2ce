import { forbiddenField, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { pushAnnotationErrors } from '../shared/annotations';
import { validateClaimSpec } from '../shared/claim-spec-validation';
import { semanticEqual } from '../shared/equality';
import { intOrPercentValue, validateAtMost100Percent, validateIntOrPercent } from '../shared/int-or-percent';
import { pushLabelErrors } from '../shared/labels';
import { isDns1123Label } from '../shared/names';
import { validatePodTemplate } from '../shared/pod-template-validation';
import type { Raw } from '../shared/raw';
import { validateNonNegative } from './counts';
import { checkSelector, shownSelector, validateTemplateLabels } from './selector';
import { validateEndlessPods } from './template';

const MUTABLE = ['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds'];
const FIXED_MESSAGE =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

function validateUpdateStrategy(strategy: Raw): FieldError[] {
  const path = 'spec.updateStrategy';
  const rolling = strategy.rollingUpdate as Raw | undefined;
  const shown = rolling ? { Partition: rolling.partition ?? 0, MaxUnavailable: rolling.maxUnavailable ?? null } : null;
  if (strategy.type === 'OnDelete') {
    return rolling ? [invalidValue(`${path}.rollingUpdate`, shown, "only allowed for updateStrategy 'RollingUpdate'")] : [];
  }
  if (strategy.type !== 'RollingUpdate') {
    return [invalidValue(path, { Type: strategy.type, RollingUpdate: shown }, "must be 'RollingUpdate' or 'OnDelete'")];
  }
  if (!rolling) return [];
  const errors = validateNonNegative(rolling.partition, `${path}.rollingUpdate.partition`);
  const max = rolling.maxUnavailable as number | string | undefined;
  if (max === undefined) return errors;
  const at = `${path}.rollingUpdate.maxUnavailable`;
  errors.push(...validateIntOrPercent(max, at));
  if (intOrPercentValue(max) === 0) errors.push(invalidValue(at, max, 'cannot be 0'));
  errors.push(...validateAtMost100Percent(max, at));
  return errors;
}

function validateRetention(policy: Raw | undefined): FieldError[] {
  if (!policy) return [];
  return ['whenDeleted', 'whenScaled'].flatMap((f) =>
    policy[f] === 'Retain' || policy[f] === 'Delete'
      ? []
      : [notSupported(`spec.persistentVolumeClaimRetentionPolicy.${f}`, policy[f] ?? '', ['Retain', 'Delete'])],
  );
}

/** The template as its pods will be: host name and subdomain belong to the set, claims become volumes. */
function effectiveTemplate(spec: Raw): Raw {
  const template = (spec.template ?? {}) as Raw;
  const claims = (spec.volumeClaimTemplates ?? []) as KubeObject[];
  const { hostname: _h, subdomain: _s, ...podSpec } = (template.spec ?? {}) as Raw;
  if (claims.length) {
    const names = new Set(claims.map((c) => c.metadata?.name ?? ''));
    const own = [...names].map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
    podSpec.volumes = [...own, ...((podSpec.volumes ?? []) as Raw[]).filter((v) => !names.has(v.name))];
  }
  return { ...template, spec: podSpec };
}

function validateTemplate(spec: Raw): FieldError[] {
  const path = 'spec.template';
  const template = effectiveTemplate(spec);
  const errors = validatePodTemplate(template, path);
  // upstream looks at labels and annotations once more
  const { labels, annotations } = (template.metadata ?? {}) as Raw;
  if (labels) pushLabelErrors(errors, labels, `${path}.labels`);
  if (annotations) pushAnnotationErrors(errors, annotations, `${path}.annotations`);
  return errors;
}

function validateSpec(spec: Raw, old?: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const management = spec.podManagementPolicy as string;
  if (!management) errors.push(required('spec.podManagementPolicy'));
  else if (management !== 'OrderedReady' && management !== 'Parallel') {
    errors.push(invalidValue('spec.podManagementPolicy', management, "must be 'OrderedReady' or 'Parallel'"));
  }
  errors.push(...validateUpdateStrategy(spec.updateStrategy), ...validateRetention(spec.persistentVolumeClaimRetentionPolicy));
  if (!old) {
    ((spec.volumeClaimTemplates ?? []) as Raw[]).forEach((c, i) => {
      errors.push(...validateClaimSpec((c.spec ?? {}) as Raw, `spec.volumeClaimTemplates[${i}].spec`));
    });
  }
  errors.push(...validateNonNegative(spec.replicas, 'spec.replicas'), ...validateNonNegative(spec.minReadySeconds, 'spec.minReadySeconds'));
  errors.push(...validateNonNegative(spec.ordinals?.start, 'spec.ordinals.start'));
  const service = spec.serviceName as string | undefined;
  if (!old && service) for (const m of isDns1123Label(service)) errors.push(invalidValue('spec.serviceName', service, m));
  const { errors: selectorErrors, compiled } = checkSelector(spec.selector, 'statefulset');
  errors.push(...selectorErrors);
  if (!compiled) errors.push(invalidValue('spec.selector', shownSelector(spec.selector), ''));
  else errors.push(...validateTemplateLabels(spec.template, compiled), ...validateTemplate(spec));
  errors.push(...validateEndlessPods(spec.template, 'StatefulSet'));
  return errors;
}

/** Complaints about a StatefulSet; `old` on update, when most of the spec is fixed. */
export function validateStatefulSet(o: KubeObject, old?: KubeObject): FieldError[] {
  const spec = o.spec as Raw;
  const errors = validateSpec(spec, old);
  if (!old) return errors;
  const fixed = Object.fromEntries(MUTABLE.map((f) => [f, undefined]));
  if (!semanticEqual({ ...spec, ...fixed }, { ...old.spec, ...fixed })) errors.push(forbiddenField('spec', FIXED_MESSAGE));
  return errors;
}
