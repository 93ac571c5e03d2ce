import type { FieldError } from '../../../api/errors/field-error';
import { invalidValue } from '../../../api/errors/field-error';

/** From lenient to strict. */
const LEVELS = ['privileged', 'baseline', 'restricted'] as const;
export type Level = (typeof LEVELS)[number];

/** A policy level as it was in a minor version of Kubernetes; Infinity: the latest. */
export interface LevelVersion {
  readonly level: Level;
  readonly minor: number;
}

export interface Policy {
  readonly enforce: LevelVersion;
  readonly warn: LevelVersion;
}

const PREFIX = 'pod-security.kubernetes.io/';
const ENFORCE = `${PREFIX}enforce`;
const AUDIT = `${PREFIX}audit`;
const WARN = `${PREFIX}warn`;
const LATEST = Infinity;
const OPEN: LevelVersion = { level: 'privileged', minor: LATEST };
const PRIVILEGED: { policy: Policy; errors: FieldError[] } = { policy: { enforce: OPEN, warn: OPEN }, errors: [] };
const VERSION = /^v1\.(0|[1-9][0-9]*)$/;

/** 'restricted:latest', 'baseline:v1.24' */
export function formatPolicy(p: LevelVersion): string {
  return `${p.level}:${p.minor === LATEST ? 'latest' : `v1.${p.minor}`}`;
}

/** Below zero when `a` is the more lenient level. */
export function compareLevels(a: Level, b: Level): number {
  return LEVELS.indexOf(a) - LEVELS.indexOf(b);
}

export function samePolicy(a: LevelVersion, b: LevelVersion): boolean {
  return a.level === b.level && a.minor === b.minor;
}

/**
 * What a namespace's labels ask for, and what is wrong with them. There is always a policy: a level that cannot be read enforces
 * "restricted" and warns of nothing, and a version that cannot be read is the latest. A namespace that enforces warns of the same
 * unless its labels say something else.
 */
export function policyOf(labels: Record<string, string> | undefined): { policy: Policy; errors: FieldError[] } {
  if (!labels || !hasPolicy(labels)) return PRIVILEGED;
  const errors: FieldError[] = [];
  const enforce = read(labels, ENFORCE, 'restricted', errors);
  read(labels, AUDIT, 'privileged', errors);
  let warn = read(labels, WARN, 'privileged', errors);
  const enforced = labels[ENFORCE] as Level | undefined;
  if (labels[WARN] === undefined && enforced !== undefined && LEVELS.includes(enforced) && compareLevels(enforce.level, warn.level) > 0) {
    warn = { level: enforce.level, minor: labels[`${WARN}-version`] === undefined ? enforce.minor : warn.minor };
  }
  return { policy: { enforce, warn }, errors };
}

function hasPolicy(labels: Record<string, string>): boolean {
  for (const key in labels) if (key.startsWith(PREFIX)) return true;
  return false;
}

function read(labels: Record<string, string>, key: string, otherwise: Level, errors: FieldError[]): LevelVersion {
  let level: Level = 'privileged';
  const text = labels[key];
  if (text !== undefined) {
    const known = LEVELS.find((l) => l === text);
    if (!known) errors.push(invalidValue(`metadata.labels[${key}]`, text, `must be one of ${LEVELS.join(', ')}`));
    level = known ?? otherwise;
  }
  const version = labels[`${key}-version`];
  if (version === undefined || version === 'latest') return { level, minor: LATEST };
  const match = VERSION.exec(version);
  if (!match) errors.push(invalidValue(`metadata.labels[${key}-version]`, version, 'must be "latest" or "v1.x"'));
  return { level, minor: match ? Number(match[1]) : LATEST };
}
