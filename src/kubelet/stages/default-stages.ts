import type { Stage } from './stage';
import { isSpecial } from './stage-file';

const ALIVE = { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' } as const;

/** The life of a pod on a simulated node, unless other stages are given. */
export const DEFAULT_STAGES: readonly Stage[] = [
  {
    // The pod's containers are run; from here on they and the probes decide.
    name: 'pod-run',
    kind: 'Pod',
    selector: { matchExpressions: [ALIVE, { key: '.status.phase', operator: 'NotIn', values: ['Running', 'Succeeded', 'Failed'] }] },
    next: { action: 'run' },
  },
  {
    // A Job's pod whose program is not known has done its work after a moment: it would never end otherwise.
    name: 'pod-complete',
    kind: 'Pod',
    selector: {
      matchExpressions: [
        ALIVE,
        { key: '.status.phase', operator: 'In', values: ['Running'] },
        { key: '.metadata.ownerReferences.[].kind', operator: 'In', values: ['Job'] },
      ],
    },
    delay: { ms: 500 },
    next: { action: 'complete' },
  },
  {
    name: 'pod-delete',
    kind: 'Pod',
    selector: { matchExpressions: [{ key: '.metadata.deletionTimestamp', operator: 'Exists' }] },
    next: { action: 'terminate' },
  },
];

/** The stages that are in force when these are given: those for all pods take the place of the built-in ones, those for marked pods do not. */
export function withDefaults(given: readonly Stage[]): readonly Stage[] {
  return given.some((s) => s.kind === 'Pod' && !isSpecial(s)) ? given : [...DEFAULT_STAGES, ...given];
}
