import { goJson, goValue } from './go-value';
import { unifiedDiff } from './unified-diff';

/** Unified diff of two values of the internal Go struct `type`, as field errors about immutable parts end in. */
export function goDiff(type: string, before: unknown, after: unknown): string {
  return unifiedDiff(goJson(goValue(type, before)), goJson(goValue(type, after)));
}
