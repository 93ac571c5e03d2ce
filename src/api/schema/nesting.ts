/**
 * Levels that a JSON text may be nested. Go stops at 10000; here recursive walks share a smaller stack, and one that is all but full
 * takes the process down when a regular expression is compiled on it. Real objects, schemas of custom resources too, stay below 100.
 */
export const MAX_JSON_DEPTH = 1000;

/** Levels that a YAML text may be nested: its parser takes more stack a level. */
export const MAX_YAML_DEPTH = 300;

/** Whether lists and objects stand in each other in more than `levels` levels; looks without recursion. */
export function deeperThan(value: unknown, levels: number): boolean {
  let at: unknown[] = [value];
  for (let depth = 0; ; depth++) {
    at = at.filter((v) => typeof v === 'object' && v !== null);
    if (at.length === 0) return false;
    if (depth === levels) return true;
    at = at.flatMap((v) => Object.values(v as object) as unknown[]);
  }
}
