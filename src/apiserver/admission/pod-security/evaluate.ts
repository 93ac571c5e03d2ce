import type { ObjectMeta } from '../../../api/meta/object';
import * as baseline from './baseline';
import type { Check, PodSpec, Violation } from './check';
import type { LevelVersion } from './policy';
import * as restricted from './restricted';

interface Rule {
  id: string;
  /** The check from each minor version on, oldest first. */
  since: readonly (readonly [minor: number, check: Check])[];
  /** Id of the baseline rule that this one stands for where it applies. */
  instead?: string;
}

/** Sysctls that became safe, by the minor version in which the policy took them in. */
const SAFE_27 = ['net.ipv4.ip_local_reserved_ports'];
const SAFE_29 = [...SAFE_27, 'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes'];
const SAFE_32 = [...SAFE_29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];

/** In the order in which messages list them. */
const BASELINE: readonly Rule[] = [
  { id: 'appArmorProfile', since: [[0, baseline.appArmorProfile]] },
  { id: 'capabilities', since: [[0, baseline.capabilities]] },
  { id: 'hostNamespaces', since: [[0, baseline.hostNamespaces]] },
  { id: 'hostPathVolumes', since: [[0, baseline.hostPathVolumes]] },
  { id: 'hostPorts', since: [[0, baseline.hostPorts]] },
  { id: 'hostProbes', since: [[34, baseline.hostProbes]] },
  { id: 'privileged', since: [[0, baseline.privileged]] },
  { id: 'procMount', since: [[0, baseline.procMount], [35, baseline.unlessUserNamespace(baseline.procMount)]] },
  { id: 'seLinuxOptions', since: [[0, baseline.seLinuxOptions()], [31, baseline.seLinuxOptions('container_engine_t')]] },
  { id: 'seccompProfile', since: [[0, baseline.seccompAnnotations], [19, baseline.seccompProfile]] },
  { id: 'sysctls', since: [[0, baseline.sysctls()], [27, baseline.sysctls(...SAFE_27)], [29, baseline.sysctls(...SAFE_29)], [32, baseline.sysctls(...SAFE_32)]] },
  { id: 'windowsHostProcess', since: [[0, baseline.windowsHostProcess]] },
];

const RESTRICTED: readonly Rule[] = [
  { id: 'allowPrivilegeEscalation', since: [[8, restricted.allowPrivilegeEscalation], [25, restricted.unlessWindows(restricted.allowPrivilegeEscalation)]] },
  { id: 'capabilitiesRestricted', since: [[22, restricted.capabilities], [25, restricted.unlessWindows(restricted.capabilities)]], instead: 'capabilities' },
  { id: 'procMountRestricted', since: [[35, baseline.procMount]], instead: 'procMount' },
  { id: 'volumeTypes', since: [[0, restricted.volumeTypes]], instead: 'hostPathVolumes' },
  { id: 'runAsNonRoot', since: [[0, restricted.runAsNonRoot], [35, baseline.unlessUserNamespace(restricted.runAsNonRoot)]] },
  { id: 'runAsUser', since: [[23, restricted.runAsUser], [35, baseline.unlessUserNamespace(restricted.runAsUser)]] },
  { id: 'seccompProfileSet', since: [[19, restricted.seccompProfileSet], [25, restricted.unlessWindows(restricted.seccompProfileSet)]], instead: 'seccompProfile' },
];

/** The last minor version in which a check changed. */
const NEWEST = Math.max(...[...BASELINE, ...RESTRICTED].flatMap((r) => r.since.map(([minor]) => minor)));
/** The checks by minor version. */
const BASELINE_CHECKS = Array.from({ length: NEWEST + 1 }, (_, minor) => checksOf([], minor));
const RESTRICTED_CHECKS = Array.from({ length: NEWEST + 1 }, (_, minor) => checksOf(RESTRICTED, minor));

/** Everything about a pod that its namespace's policy does not allow; [] when it is fine. Later versions than known are the latest. */
export function violations(policy: LevelVersion, spec: PodSpec, metadata: ObjectMeta | undefined): Violation[] {
  if (policy.level === 'privileged') return [];
  const out: Violation[] = [];
  for (const check of checksFor(policy)) {
    const found = check(spec, metadata);
    if (found) out.push(found);
  }
  return out;
}

function checksFor({ level, minor }: LevelVersion): readonly Check[] {
  return (level === 'restricted' ? RESTRICTED_CHECKS : BASELINE_CHECKS)[Math.min(minor, NEWEST)]!;
}

function checksOf(strict: readonly Rule[], minor: number): readonly Check[] {
  const applied = strict.filter((r) => checkAt(r, minor));
  const replaced = new Set(applied.map((r) => r.instead));
  return [...BASELINE.filter((r) => !replaced.has(r.id)), ...applied].map((r) => checkAt(r, minor)).filter((c) => c !== undefined);
}

function checkAt(rule: Rule, minor: number): Check | undefined {
  let found: Check | undefined;
  for (const [since, check] of rule.since) if (since <= minor) found = check;
  return found;
}

/** 'privileged (container "c" must not …), hostPort (…)' */
export function details(list: readonly Violation[]): string {
  return list.map((v) => (v.detail ? `${v.reason} (${v.detail})` : v.reason)).join(', ');
}

/** 'privileged, hostPort' */
export function reasons(list: readonly Violation[]): string {
  return list.map((v) => v.reason).join(', ');
}
