/** A semantic version, taken apart: major, minor, patch; the identifiers after a dash. Build metadata says nothing about order and is left out. */
export interface SemverParts {
  numbers: readonly number[];
  pre: readonly string[];
}

const FORM = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-.]+)?$/;

/** @throws Error when the text is no semantic version (semver.org, 2.0.0) */
export function parseSemver(text: string): SemverParts {
  const m = FORM.exec(text);
  if (!m) throw new Error(`"${text}" is no semantic version such as 1.2.3`);
  return { numbers: [Number(m[1]), Number(m[2]), Number(m[3])], pre: m[4]?.split('.') ?? [] };
}

/** -1, 0 or 1. */
export function compareSemver(a: SemverParts, b: SemverParts): number {
  for (let i = 0; i < 3; i++) if (a.numbers[i] !== b.numbers[i]) return Math.sign(a.numbers[i]! - b.numbers[i]!);
  // A version comes after its pre-releases.
  if (!a.pre.length || !b.pre.length) return Math.sign(b.pre.length - a.pre.length);
  for (let i = 0; i < Math.max(a.pre.length, b.pre.length); i++) {
    const c = compareIdentifier(a.pre[i], b.pre[i]);
    if (c) return c;
  }
  return 0;
}

function compareIdentifier(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  const numeric = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (numeric[0] && numeric[1]) return Math.sign(Number(a) - Number(b));
  if (numeric[0] !== numeric[1]) return numeric[0] ? -1 : 1;
  return a < b ? -1 : 1;
}
