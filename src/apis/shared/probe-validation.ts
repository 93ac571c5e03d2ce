import { forbiddenField, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import { pushMessages, pushNonNegative } from './checks';
import { isHttpHeaderName } from './formats';
import { pushPortNumberOrNameErrors } from './ports';
import type { Raw } from './raw';

const SCHEMES = ['HTTP', 'HTTPS'];
const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'];

function pushHttpGet(errors: FieldError[], h: Raw, path: string): void {
  if (!h.path) errors.push(required(`${path}.path`));
  pushPortNumberOrNameErrors(errors, h.port, `${path}.port`);
  if (!SCHEMES.includes(h.scheme)) errors.push(notSupported(`${path}.scheme`, h.scheme ?? '', SCHEMES));
  for (const header of (h.httpHeaders ?? []) as Raw[]) {
    const name = (header.name ?? '') as string;
    pushMessages(errors, isHttpHeaderName(name), name, `${path}.httpHeaders`);
  }
}

/** Complaints about what a probe or hook does; `grace` is the pod's terminationGracePeriodSeconds. */
function pushHandlerErrors(errors: FieldError[], h: Raw, grace: number | undefined, path: string): void {
  let found = false;
  for (const kind of HANDLERS) {
    const action = h[kind] as Raw | undefined;
    if (!action) continue;
    const at = `${path}.${kind}`;
    if (found) {
      errors.push(forbiddenField(at, 'may not specify more than 1 handler type'));
      continue;
    }
    found = true;
    if (kind === 'exec') {
      if (!action.command?.length) errors.push(required(`${at}.command`));
    } else if (kind === 'httpGet') pushHttpGet(errors, action, at);
    else if (kind === 'sleep') {
      const seconds = (action.seconds ?? 0) as number;
      if (grace !== undefined && (seconds < 0 || seconds > grace)) {
        errors.push(invalidValue(at, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`));
      }
    } else pushPortNumberOrNameErrors(errors, action.port, `${at}.port`);
  }
  if (!found) errors.push(required(path, 'must specify a handler type'));
}

/** Complaints about a container's three probes. */
export function pushProbesErrors(errors: FieldError[], c: Raw, grace: number | undefined, path: string): void {
  if (c.livenessProbe) pushProbe(errors, c.livenessProbe, grace, `${path}.livenessProbe`, false);
  if (c.readinessProbe) pushProbe(errors, c.readinessProbe, grace, `${path}.readinessProbe`, true);
  if (c.startupProbe) pushProbe(errors, c.startupProbe, grace, `${path}.startupProbe`, false);
}

function pushProbe(errors: FieldError[], p: Raw, grace: number | undefined, path: string, readiness: boolean): void {
  pushHandlerErrors(errors, p, grace, path);
  for (const f of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold']) pushNonNegative(errors, p[f], `${path}.${f}`);
  const own = p.terminationGracePeriodSeconds as number | undefined;
  const at = `${path}.terminationGracePeriodSeconds`;
  if (own !== undefined && own <= 0) errors.push(invalidValue(at, own, 'must be greater than 0'));
  if (!readiness) {
    if (p.successThreshold !== 1) errors.push(invalidValue(`${path}.successThreshold`, p.successThreshold, 'must be 1'));
  } else if (own !== undefined) errors.push(invalidValue(at, own, 'must not be set for readinessProbes'));
}

const SIGNALS = [
  ...'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT RTMAX'.split(' ').map((s) => `SIG${s}`),
  ...Array.from({ length: 14 }, (_, i) => `SIGRTMAX-${i + 1}`),
  'SIGRTMIN',
  ...Array.from({ length: 15 }, (_, i) => `SIGRTMIN+${i + 1}`),
  ...'SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ'.split(' ').map((s) => `SIG${s}`),
].sort();

function pushStopSignal(errors: FieldError[], signal: string, os: string | undefined, path: string): void {
  if (os === undefined) errors.push(forbiddenField(path, 'may not be set for containers with empty `spec.os.name`'));
  const allowed = os === 'windows' ? ['SIGKILL', 'SIGTERM'] : os === 'linux' ? SIGNALS : undefined;
  if (allowed && !allowed.includes(signal)) errors.push(notSupported(path, signal, allowed));
}

/** Complaints about a container's lifecycle hooks. */
export function pushLifecycleErrors(errors: FieldError[], lifecycle: Raw, grace: number | undefined, path: string, os: string | undefined): void {
  for (const hook of ['postStart', 'preStop']) if (lifecycle[hook]) pushHandlerErrors(errors, lifecycle[hook] as Raw, grace, `${path}.${hook}`);
  if (lifecycle.stopSignal !== undefined) pushStopSignal(errors, lifecycle.stopSignal, os, `${path}.stopSignal`);
}
