import { X509Certificate } from 'node:crypto';
import { duplicate, forbiddenField, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { semanticEqual } from '../shared/equality';
import type { Raw } from '../shared/raw';
import { readCertificateRequest } from '../../api/x509/certificate-request';
import { decodePem } from '../../api/x509/pem';
import { validateSignerName } from './signer-name';

const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';
const MIN_SECONDS = 600;
const CONDITIONS = 'status.conditions';
const FINAL = ['Approved', 'Denied', 'Failed'];
// prettier-ignore
const USAGES = ['any', 'cert sign', 'client auth', 'code signing', 'content commitment', 'crl sign', 'data encipherment', 'decipher only', 'digital signature',
  'email protection', 'encipher only', 'ipsec end system', 'ipsec tunnel', 'ipsec user', 'key agreement', 'key encipherment', 'microsoft sgc', 'netscape sgc',
  'ocsp signing', 's/mime', 'server auth', 'signing', 'timestamping'];

interface Condition {
  type?: string;
  status?: string;
}

/** What an update may touch. */
export interface CsrUpdate {
  approval?: boolean;
  certificate?: boolean;
}

function conditionsOf(o: KubeObject): Condition[] {
  return (o.status?.conditions ?? []) as Condition[];
}

/** What is wrong with the certificates in status.certificate (base64 of PEM); undefined: nothing, or there are none. */
function certificateProblem(base64: string | undefined): string | undefined {
  if (!base64) return undefined;
  const blocks = decodePem(Buffer.from(base64, 'base64').toString('latin1'));
  if (!blocks.length) return 'must contain at least one CERTIFICATE PEM block';
  for (const b of blocks) {
    if (b.type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(b.type)}`;
    if (Object.keys(b.headers).length) return 'no PEM block headers are permitted';
    if (!b.bytes.length) return 'found CERTIFICATE PEM block containing 0 certificates';
    try {
      new X509Certificate(b.bytes);
    } catch {
      return 'x509: malformed certificate';
    }
  }
  return undefined;
}

/** Complaints about a CertificateSigningRequest; what the old one already did wrong may stay. */
export function validateCsr(o: KubeObject, old?: KubeObject): FieldError[] {
  const spec = (o.spec ?? {}) as Raw;
  const errors: FieldError[] = [];
  try {
    readCertificateRequest(spec.request);
  } catch (e) {
    errors.push(invalidValue('spec.request', spec.request, (e as Error).message));
  }
  errors.push(...validateUsages(spec.usages ?? [], (old?.spec?.usages ?? []) as string[]));
  const signer = (spec.signerName ?? '') as string;
  if (signer === LEGACY_SIGNER && old?.spec?.signerName !== LEGACY_SIGNER) {
    errors.push(invalidValue('spec.signerName', signer, 'the legacy signerName is not allowed via this API version'));
  } else errors.push(...validateSignerName(signer, 'spec.signerName'));
  const seconds = spec.expirationSeconds as number | undefined;
  if (seconds !== undefined && seconds < MIN_SECONDS) {
    errors.push(invalidValue('spec.expirationSeconds', seconds, 'may not specify a duration less than 600 seconds (10 minutes)'));
  }
  errors.push(...validateConditions(conditionsOf(o), old ? conditionsOf(old) : []));
  const certificate = o.status?.certificate as string | undefined;
  const before = old?.status?.certificate as string | undefined;
  if (!old || ((certificate ?? '') !== (before ?? '') && !certificateProblem(before))) {
    const problem = certificateProblem(certificate);
    if (problem) errors.push(invalidValue('status.certificate', '<certificate data>', problem));
  }
  return errors;
}

function validateUsages(usages: string[], old: string[]): FieldError[] {
  const path = 'spec.usages';
  const errors = usages.length ? [] : [required(path)];
  if (old.every((u) => USAGES.includes(u))) {
    usages.forEach((u, i) => !USAGES.includes(u) && errors.push(notSupported(`${path}[${i}]`, u, USAGES)));
  }
  if (new Set(old).size === old.length) {
    usages.forEach((u, i) => usages.indexOf(u) < i && errors.push(duplicate(`${path}[${i}]`, u)));
  }
  return errors;
}

function validateConditions(conditions: Condition[], old: Condition[]): FieldError[] {
  const errors: FieldError[] = [];
  const has = (list: Condition[], type: string): boolean => list.some((c) => c.type === type);
  const bothAllowed = has(old, 'Approved') && has(old, 'Denied');
  const emptyAllowed = old.some((c) => !c.type);
  const repeatAllowed = new Set(old.map((c) => c.type)).size < old.length;
  const seen = new Set<string>();
  conditions.forEach(({ type = '', status = '' }, i) => {
    if (!type && !emptyAllowed) errors.push(required(`${CONDITIONS}[${i}].type`));
    const allowed = FINAL.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    if (!status) errors.push(required(`${CONDITIONS}[${i}].status`));
    else if (!allowed.includes(status)) errors.push(notSupported(`${CONDITIONS}[${i}].status`, status, allowed));
    const opposite = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : undefined;
    if (!bothAllowed && opposite && seen.has(opposite)) {
      errors.push(invalidValue(CONDITIONS, type, 'Approved and Denied conditions are mutually exclusive'));
    }
    if (!repeatAllowed && seen.has(type)) errors.push(duplicate(`${CONDITIONS}[${i}].type`, type));
    seen.add(type);
  });
  return errors;
}

/** Complaints about an update through the resource itself, its status or its approval. */
export function validateCsrUpdate(o: KubeObject, old: KubeObject, may: CsrUpdate): FieldError[] {
  const errors = validateCsr(o, old);
  const of = (x: KubeObject, type: string): Condition[] => conditionsOf(x).filter((c) => c.type === type);
  for (const type of FINAL) {
    if (of(o, type).length < of(old, type).length) errors.push(forbiddenField(CONDITIONS, `updates may not remove a condition of type "${type}"`));
  }
  if (!may.approval) {
    for (const type of ['Approved', 'Denied']) {
      const now = of(o, type);
      const before = of(old, type);
      if (now.length > before.length) errors.push(forbiddenField(CONDITIONS, `updates may not add a condition of type "${type}"`));
      else if (now.length === before.length && !semanticEqual(now, before)) {
        errors.push(forbiddenField(CONDITIONS, `updates may not modify a condition of type "${type}"`));
      }
    }
  }
  const certificate = (o.status?.certificate ?? '') as string;
  const before = (old.status?.certificate ?? '') as string;
  if (certificate !== before) {
    if (!may.certificate) errors.push(forbiddenField('status.certificate', 'updates may not set certificate content'));
    else if (before) errors.push(forbiddenField('status.certificate', 'updates may not modify existing certificate content'));
  }
  return errors;
}
