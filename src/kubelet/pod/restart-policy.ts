import type { ContainerRecord, RestartRule } from './container';

/** Whether a container that ended so is started again (ContainerShouldRestart of the kubelet): its own rules first, then its own policy, then the pod's. */
export function restarts(r: ContainerRecord, podPolicy: string, exitCode: number): boolean {
  if (r.kind === 'sidecar') return true;
  if (r.kind === 'ephemeral') return false;
  const { restartPolicy, restartPolicyRules } = r.spec;
  if (restartPolicy && restartPolicyRules?.some((rule) => matches(rule, exitCode))) return true;
  const policy = restartPolicy ?? podPolicy;
  if (r.kind === 'init') return exitCode !== 0 && policy !== 'Never';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

/** Reason of containers that are ended and forgotten because the whole pod is restarted in place. */
export const RESTARTING_ALL = 'RestartingAllContainers';

/** Whether a rule of the container says that its end restarts the whole pod in place. */
export function restartsAll(r: ContainerRecord, exitCode: number): boolean {
  if (!r.spec.restartPolicy) return false;
  return r.spec.restartPolicyRules?.find((rule) => matches(rule, exitCode))?.action === 'RestartAllContainers';
}

function matches(rule: RestartRule, exitCode: number): boolean {
  const values = rule.exitCodes?.values ?? [];
  switch (rule.exitCodes?.operator) {
    case 'In':
      return values.includes(exitCode);
    case 'NotIn':
      return !values.includes(exitCode);
    default:
      return false;
  }
}
