import { invalidValue, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';

const ANNOTATION = 'api-approved.kubernetes.io';
const PULL = 'see https://github.com/kubernetes/enhancements/pull/1111';

type State = 'missing' | 'bypassed' | 'approved' | 'invalid';

function isProtected(group: string): boolean {
  return ['k8s.io', 'kubernetes.io'].some((d) => group === d || group.endsWith(`.${d}`));
}

function stateOf(o: KubeObject): State {
  const text = o.metadata.annotations?.[ANNOTATION] ?? '';
  if (!text) return 'missing';
  if (text.startsWith('unapproved')) return 'bypassed';
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#\s]+/.test(text) ? 'approved' : 'invalid';
}

/** Groups of the Kubernetes community need a note that their API was approved, or why it was not. */
export function validateApproval(o: KubeObject, old: KubeObject | undefined): FieldError[] {
  if (!isProtected(o.spec?.group ?? '')) return [];
  const state = stateOf(o);
  if (old && stateOf(old) === state) return [];
  const path = `metadata.annotations[${ANNOTATION}]`;
  const rule = `protected groups must have approval annotation ${JSON.stringify(ANNOTATION)}`;
  if (state === 'missing') return [required(path, `${rule}, ${PULL}`)];
  if (state !== 'invalid') return [];
  return [invalidValue(path, o.metadata.annotations![ANNOTATION], `${rule} with either a URL or a reason starting with "unapproved", ${PULL}`)];
}
