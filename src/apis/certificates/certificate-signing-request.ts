import type { FieldError } from '../../api/errors/field-error';
import { forbidden } from '../../api/errors/status-error';
import { humanDuration } from '../../api/meta/duration';
import type { KubeObject } from '../../api/meta/object';
import { formatTime } from '../../api/meta/time';
import type { Ctx, ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import type { Raw } from '../shared/raw';
import { ALL_VERBS, viewOf, viewWithoutTable } from '../shared/verbs';
import { readCertificateRequest } from '../../api/x509/certificate-request';
import { validateCsr, validateCsrUpdate } from './csr-validation';
import { WHOLE_THEN_CHANGE } from '../shared/metadata-rules';

const GROUP = 'certificates.k8s.io';
const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';
const MASTERS = 'system:masters';

interface Condition {
  type: string;
  status: string;
  lastUpdateTime?: string | null;
  lastTransitionTime?: string | null;
}

function conditionsOf(o: KubeObject): Condition[] {
  return (o.status?.conditions ?? []) as Condition[];
}

/** Who asks is what authentication found out, never what the request says. */
function setRequester(c: Ctx, o: KubeObject): void {
  const spec = (o.spec ??= {}) as Raw;
  for (const field of ['username', 'uid', 'groups', 'extra']) delete spec[field];
  const { name, uid, groups, extra } = c.user;
  if (name) spec.username = name;
  if (uid) spec.uid = uid;
  if (groups.length) spec.groups = [...groups];
  if (extra && Object.keys(extra).length) spec.extra = extra;
}

function fillConditionTimes(c: Ctx, o: KubeObject, old: KubeObject): void {
  const now = formatTime(c.clock.now());
  for (const condition of conditionsOf(o)) {
    condition.lastUpdateTime ||= now;
    const same = conditionsOf(old).find((x) => x.type === condition.type && x.status === condition.status && x.lastTransitionTime);
    condition.lastTransitionTime ||= same?.lastTransitionTime ?? now;
  }
}

/** Approvals and denials stay as they are when as many came as there were. */
function keepDecisions(o: KubeObject, old: KubeObject): void {
  const conditions = conditionsOf(o);
  for (const type of ['Approved', 'Denied']) {
    const before = conditionsOf(old).filter((x) => x.type === type);
    const places = conditions.flatMap((x, i) => (x.type === type ? [i] : []));
    if (before.length === places.length) places.forEach((place, i) => (conditions[place] = before[i]!));
  }
}

/** CertificateSubjectRestriction upstream: nobody can ask for a certificate of the group that may do everything. */
function refuseMasters(o: KubeObject, errors: FieldError[]): FieldError[] {
  if (errors.length || o.spec.signerName !== CLIENT_SIGNER) return errors;
  if (!readCertificateRequest(o.spec.request).organizations.includes(MASTERS)) return errors;
  const why = `use of ${CLIENT_SIGNER} signer with ${MASTERS} group is not allowed`;
  throw forbidden({ group: GROUP, resource: 'certificatesigningrequests' }, o.metadata.name ?? '', why);
}

function conditionCell(o: KubeObject): string {
  const has = (type: string): boolean => conditionsOf(o).some((c) => c.type === type);
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return `${decision}${has('Failed') ? ',Failed' : ''}${o.status?.certificate ? ',Issued' : ''}`;
}

export const certificateSigningRequest: ResourceDefinition = {
  gvk: { group: GROUP, version: 'v1', kind: 'CertificateSigningRequest' },
  plural: 'certificatesigningrequests',
  shortNames: ['csr'],
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.certificates.v1.CertificateSigningRequest',
  fields: { 'spec.signerName': (o) => o.spec?.signerName ?? '' },
  strategy: {
    metadata: WHOLE_THEN_CHANGE,
    validateName: () => [],
    prepareForCreate(c, o) {
      setRequester(c, o);
      o.status = {};
    },
    prepareForUpdate(_c, o, old) {
      o.spec = old.spec;
      o.status = old.status;
    },
    validate: (_c, o, old) => (old ? validateCsrUpdate(o, old, {}) : refuseMasters(o, validateCsr(o))),
    resetFields: [['spec'], ['status']],
  },
  columns: [
    nameColumn,
    ageColumn,
    { name: 'SignerName', type: 'string', cell: (o) => o.spec?.signerName || '<none>' },
    { name: 'Requestor', type: 'string', cell: (o) => o.spec?.username ?? '' },
    {
      name: 'RequestedDuration',
      type: 'string',
      cell: (o) => (o.spec?.expirationSeconds === undefined ? '<none>' : humanDuration(o.spec.expirationSeconds * 1000)),
    },
    { name: 'Condition', type: 'string', cell: conditionCell },
  ],
  subresources: {
    approval: viewWithoutTable({
      metadata: WHOLE_THEN_CHANGE,
      prepareForUpdate(c, o, old) {
        fillConditionTimes(c, o, old);
        const { conditions } = (o.status ?? {}) as Raw;
        o.spec = old.spec;
        o.status = { ...old.status };
        if (conditions) o.status.conditions = conditions;
        else delete o.status.conditions;
      },
      validate: (_c, o, old) => validateCsrUpdate(o, old!, { approval: true }),
      resetFields: [['spec'], ['status', 'certificate']],
    }),
    status: viewOf({
      metadata: WHOLE_THEN_CHANGE,
      prepareForUpdate(c, o, old) {
        o.spec = old.spec;
        keepDecisions(o, old);
        fillConditionTimes(c, o, old);
      },
      validate: (_c, o, old) => validateCsrUpdate(o, old!, { certificate: true }),
      resetFields: [['spec'], ['status', 'conditions']],
    }),
  },
};
