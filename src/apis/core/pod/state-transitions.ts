import { forbiddenField, type FieldError } from '../../../api/errors/field-error';
import type { Raw } from '../../shared/raw';

function listOf(o: Raw | undefined, name: string): Raw[] {
  return (o?.[name] ?? []) as Raw[];
}

/** The first restart rule of a container for that exit code. */
function ruleFor(c: Raw, exitCode: number): Raw | undefined {
  return listOf(c, 'restartPolicyRules').find((r) => {
    const codes = (r.exitCodes?.values ?? []) as number[];
    const operator = r.exitCodes?.operator as string | undefined;
    return (operator === 'In' && codes.includes(exitCode)) || (operator === 'NotIn' && !codes.includes(exitCode));
  });
}

/** Whether a container that ended with that code is to run again: by its rules, its own policy, the pod's. */
export function shouldRestart(c: Raw, spec: Raw, exitCode: number): boolean {
  if (c.restartPolicy) {
    const action = ruleFor(c, exitCode)?.action as string | undefined;
    if (action === 'Restart' || action === 'RestartAllContainers') return true;
  }
  switch (c.restartPolicy ?? spec.restartPolicy) {
    case 'OnFailure':
      return exitCode !== 0;
    case 'Never':
      return false;
    default:
      return true;
  }
}

/** What has ended for good does not run again: complaints about container statuses that say otherwise. */
export function pushStateTransitions(errors: FieldError[], status: Raw, old: Raw, spec: Raw): void {
  const all = [...listOf(spec, 'initContainers'), ...listOf(spec, 'containers')];
  const anyRestartsAll = all.some((c) => listOf(c, 'restartPolicyRules').some((r) => r.action === 'RestartAllContainers'));
  const check = (list: string, containers: readonly Raw[]): void => {
    listOf(old, list).forEach((before, i) => {
      const ended = before.state?.terminated as Raw | undefined;
      if (!ended) return;
      const now = listOf(status, list).find((s) => s.name === before.name);
      if (!now || now.state?.terminated) return;
      const c = containers.find((x) => x.name === before.name);
      if (c && shouldRestart(c, spec, (ended.exitCode ?? 0) as number)) return;
      errors.push(forbiddenField(`status.${list}[${i}].state`, 'may not be transitioned to non-terminated state'));
    });
  };
  if (!anyRestartsAll) {
    check('containerStatuses', listOf(spec, 'containers'));
    check('initContainerStatuses', listOf(spec, 'initContainers'));
  }
  check('ephemeralContainerStatuses', []);
}
