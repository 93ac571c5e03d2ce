import { invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { parseIpSloppy, validateLegacyIp } from '../shared/ip';
import { isDns1123Subdomain, isWildcardDns1123Subdomain, nameIsDnsSubdomain } from '../shared/names';
import { validateBackend, type Backend } from './ingress-backend';

export const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const BAD_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const BAD_SUFFIXES = ['/..', '/.'];

interface HttpPath {
  path?: string;
  pathType?: string;
  backend: Backend;
}

interface Rule {
  host?: string;
  http?: { paths?: HttpPath[] | null };
}

interface Tls {
  hosts?: string[];
  secretName?: string;
}

/** What an old object already did wrong and may therefore go on doing. */
interface Allowances {
  secretNames: boolean;
  wildcardRules: boolean;
}

function hostProblems(host: string): string[] {
  return host.includes('*') ? isWildcardDns1123Subdomain(host) : isDns1123Subdomain(host);
}

function rulesOf(o: KubeObject | undefined): Rule[] {
  return o?.spec?.rules ?? [];
}

function tlsOf(o: KubeObject | undefined): Tls[] {
  return o?.spec?.tls ?? [];
}

/** Complaints about an Ingress; `old` on update. */
export function validateIngress(o: KubeObject, old?: KubeObject): FieldError[] {
  const spec = o.spec ?? {};
  const allowed: Allowances = {
    secretNames: tlsOf(old).some((t) => t.secretName && nameIsDnsSubdomain(t.secretName, false).length > 0),
    wildcardRules: rulesOf(old).some((r) => r.host?.includes('*') && validateHttp(r, '').length > 0),
  };
  const errors: FieldError[] = [];
  const rules = rulesOf(o);
  if (!rules.length && !spec.defaultBackend) {
    errors.push(invalidValue('spec', spec.rules ?? null, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (spec.defaultBackend) errors.push(...validateBackend(spec.defaultBackend, 'spec.defaultBackend'));
  rules.forEach((r, i) => pushRuleErrors(errors, r, `spec.rules[${i}]`, allowed));
  tlsOf(o).forEach((t, i) => pushTlsErrors(errors, t, `spec.tls[${i}]`, allowed));
  const className: string | undefined = spec.ingressClassName;
  if (className !== undefined) for (const m of nameIsDnsSubdomain(className, false)) errors.push(invalidValue('spec.ingressClassName', className, m));
  const annotation = o.metadata.annotations?.[CLASS_ANNOTATION];
  if (!old && annotation !== undefined && className !== undefined && annotation !== className) {
    errors.push(invalidValue(`annotations.${CLASS_ANNOTATION}`, annotation, 'must match `ingressClassName` when both are specified'));
  }
  return errors;
}

function pushRuleErrors(errors: FieldError[], rule: Rule, path: string, allowed: Allowances): void {
  const host = rule.host ?? '';
  if (host) {
    if (parseIpSloppy(host)) errors.push(invalidValue(`${path}.host`, host, 'must be a DNS name, not an IP address'));
    for (const m of hostProblems(host)) errors.push(invalidValue(`${path}.host`, host, m));
  }
  if (!host.includes('*') || !allowed.wildcardRules) errors.push(...validateHttp(rule, path));
}

function validateHttp(rule: Rule, path: string): FieldError[] {
  if (!rule.http) return [];
  const at = `${path}.http.paths`;
  if (!rule.http.paths?.length) return [required(at)];
  return rule.http.paths.flatMap((p, i) => validatePath(p, `${at}[${i}]`));
}

function validatePath(p: HttpPath, at: string): FieldError[] {
  if (p.pathType == null) return [required(`${at}.pathType`, 'pathType must be specified')];
  const errors: FieldError[] = [];
  const path = p.path ?? '';
  const complain = (why: string): unknown => errors.push(invalidValue(`${at}.path`, path, why));
  switch (p.pathType) {
    case 'Exact':
    case 'Prefix':
      if (!path.startsWith('/')) complain('must be an absolute path');
      for (const s of BAD_SEQUENCES) if (path.includes(s)) complain(`must not contain '${s}'`);
      for (const s of BAD_SUFFIXES) if (path.endsWith(s)) complain(`cannot end with '${s}'`);
      break;
    case 'ImplementationSpecific':
      if (path && !path.startsWith('/')) complain('must be an absolute path');
      break;
    default:
      errors.push(notSupported(`${at}.pathType`, p.pathType, ['Exact', 'ImplementationSpecific', 'Prefix']));
  }
  errors.push(...validateBackend(p.backend ?? {}, `${at}.backend`));
  return errors;
}

function pushTlsErrors(errors: FieldError[], t: Tls, path: string, allowed: Allowances): void {
  t.hosts?.forEach((host, i) => {
    for (const m of hostProblems(host)) errors.push(invalidValue(`${path}.hosts[${i}]`, host, m));
  });
  if (!t.secretName || allowed.secretNames) return;
  for (const m of nameIsDnsSubdomain(t.secretName, false)) errors.push(invalidValue(`${path}.secretName`, t.secretName, m));
}

/** Complaints about the addresses that a load balancer reports. */
export function validateIngressStatus(o: KubeObject, old: KubeObject): FieldError[] {
  const list = (x: KubeObject): { ip?: string; hostname?: string }[] => x.status?.loadBalancer?.ingress ?? [];
  const known = list(old).flatMap((i) => i.ip ?? []);
  return list(o).flatMap(({ ip, hostname }, i) => {
    const path = `status.loadBalancer.ingress[${i}]`;
    const errors = ip ? validateLegacyIp(ip, `${path}.ip`, known) : [];
    if (hostname) {
      for (const m of isDns1123Subdomain(hostname)) errors.push(invalidValue(`${path}.hostname`, hostname, m));
      if (parseIpSloppy(hostname)) errors.push(invalidValue(`${path}.hostname`, hostname, 'must be a DNS name, not an IP address'));
    }
    return errors;
  });
}
