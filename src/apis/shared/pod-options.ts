import type { Raw } from './raw';

/** What a pod spec may still have because the stored one has it too; all off at creation. */
export interface PodValidationOptions {
  /** The spec belongs to a Pod, not to a template. */
  isPod?: boolean;
  allowIndivisibleHugePages?: boolean;
  allowInvalidLabelValueInSelector?: boolean;
  allowInvalidSpreadSelector?: boolean;
  allowInvalidLabelValueInNodeAffinity?: boolean;
  allowInvalidSpreadMatchLabelKeys?: boolean;
  allowNonLocalTokenPath?: boolean;
  allowHostSysctls?: boolean;
  allowInvalidDeletionCost?: boolean;
  allowRestartInInitContainer?: boolean;
  allowUserNamespacesWithDevices?: boolean;
  allowComparingTolerations?: boolean;
  allowUserNamespacesHostNetwork?: boolean;
}

const CREATE_POD: PodValidationOptions = Object.freeze({ isPod: true });
const CREATE_TEMPLATE: PodValidationOptions = Object.freeze({});

/** Options for a PodTemplateSpec or, with `isPod`, a Pod, given the stored one on update (GetValidationOptionsFromPodSpecAndMeta). */
export function podOptions(_o: Raw, old: Raw | undefined, isPod = false): PodValidationOptions {
  if (!old) return isPod ? CREATE_POD : CREATE_TEMPLATE;
  return { isPod };
}
