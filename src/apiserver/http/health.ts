import type { Answers } from './answers';
import type { Exchange } from './exchange';

export type HealthKind = 'healthz' | 'livez' | 'readyz';

interface Check {
  name: string;
  check: () => string | undefined;
  kinds: readonly HealthKind[];
}

const ALL: readonly HealthKind[] = ['healthz', 'livez', 'readyz'];

/** The checks behind /healthz, /livez and /readyz. Components add theirs; the order is that of ?verbose. */
export class HealthRegistry {
  private readonly checks: Check[] = [];

  constructor() {
    this.add('ping', () => undefined);
  }

  /** `check` returns what is wrong, or undefined when all is well. A name that exists already is replaced. */
  add(name: string, check: () => string | undefined, kinds: readonly HealthKind[] = ALL): void {
    const i = this.checks.findIndex((c) => c.name === name);
    if (i >= 0) this.checks[i] = { name, check, kinds };
    else this.checks.push({ name, check, kinds });
  }

  /** The checks of one endpoint, in order. */
  of(kind: HealthKind): readonly Check[] {
    return this.checks.filter((c) => c.kinds.includes(kind));
  }

  /** Every path that is served: '/livez', '/livez/ping', … */
  paths(): string[] {
    return ALL.flatMap((kind) => [`/${kind}`, ...this.of(kind).map((c) => `/${kind}/${c.name}`)]);
  }

  /** What is wrong with an endpoint now; empty when it is healthy. */
  problems(kind: HealthKind): string[] {
    return this.of(kind).flatMap((c) => {
      const why = c.check();
      return why === undefined ? [] : [`${c.name}: ${why}`];
    });
  }
}

/** Answers a health path; false when it is none. ?verbose lists the checks, ?exclude=NAME leaves some out, /NAME asks for one. */
export function serveHealth(health: HealthRegistry, x: Exchange, answers: Answers): boolean {
  const path = x.info.path.endsWith('/') ? x.info.path.slice(0, -1) : x.info.path;
  const kind = ALL.find((k) => path === `/${k}` || path.startsWith(`/${k}/`));
  if (!kind) return false;
  const checks = health.of(kind);
  if (path.length > kind.length + 1) {
    const one = checks.find((c) => c.name === path.slice(kind.length + 2));
    if (!one) return false;
    const why = one.check();
    answers.text(x, why === undefined ? 200 : 500, why === undefined ? 'ok' : `internal server error: ${why}\n`);
    return true;
  }
  const excluded = new Set(x.query.all('exclude') ?? []);
  let report = '';
  let failed = false;
  for (const { name, check } of checks) {
    if (excluded.delete(name)) report += `[+]${name} excluded: ok\n`;
    else if (check() === undefined) report += `[+]${name} ok\n`;
    else {
      failed = true;
      report += `[-]${name} failed: reason withheld\n`;
    }
  }
  if (excluded.size) report += `warn: some health checks cannot be excluded: no matches for ${[...excluded].sort().map((n) => JSON.stringify(n)).join(',')}\n`;
  if (failed) answers.text(x, 500, `${report}${kind} check failed\n`);
  else answers.text(x, 200, x.query.has('verbose') ? `${report}${kind} check passed\n` : 'ok');
  return true;
}
