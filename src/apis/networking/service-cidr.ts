import { invalidValue, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { givenEmpty } from '../../api/schema/empties';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { parseCidrSloppy, validateCidr } from '../shared/cidr';
import { ageColumn, nameColumn } from '../shared/columns';
import { nameIsDnsSubdomain } from '../shared/names';
import { resetMetadataForStatus } from '../shared/status';
import { ALL_VERBS, VIEW_VERBS } from '../shared/verbs';

const PATH = 'spec.cidrs';
const IMMUTABLE = 'field is immutable';

function cidrsOf(o: KubeObject): string[] {
  return o.spec?.cidrs ?? [];
}

function validateSpec(cidrs: string[]): FieldError[] {
  if (!cidrs.length) return [required(PATH, 'at least one CIDR required')];
  if (cidrs.length > 2) return [invalidValue(PATH, { CIDRs: cidrs }, 'may only hold up to 2 values')];
  const errors = cidrs.flatMap((c, i) => validateCidr(c, `${PATH}[${i}]`));
  const [first, second] = cidrs.map((c) => parseCidrSloppy(c)?.network.family);
  if (cidrs.length === 2 && first !== undefined && first === second) {
    errors.push(invalidValue(PATH, cidrs, 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'));
  }
  return errors;
}

/** Ranges stay; a second family may be added to the first. */
function validateUpdate(now: string[], before: string[], given: unknown): FieldError[] {
  if (now.length === before.length) return now.flatMap((c, i) => (c === before[i] ? [] : [invalidValue(`${PATH}[${i}]`, c, IMMUTABLE)]));
  if (before.length === 1 && now.length === 2) {
    const errors = now[0] === before[0] ? [] : [invalidValue(`${PATH}[0]`, now[0], IMMUTABLE)];
    return [...errors, ...validateSpec(now)];
  }
  return [invalidValue(PATH, now.length ? now : given, IMMUTABLE)];
}

export const serviceCidr: ResourceDefinition = {
  gvk: { group: 'networking.k8s.io', version: 'v1', kind: 'ServiceCIDR' },
  plural: 'servicecidrs',
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.networking.v1.ServiceCIDR',
  strategy: {
    validateName: nameIsDnsSubdomain,
    prepareForCreate: (_c, o) => {
      o.status = {};
    },
    prepareForUpdate: (_c, o, old) => {
      o.status = old.status;
    },
    validate: (_c, o, old) => (old ? validateUpdate(cidrsOf(o), cidrsOf(old), givenEmpty(o.spec as object | undefined, 'cidrs') ?? null) : validateSpec(cidrsOf(o))),
    resetFields: [['status']],
  },
  columns: [nameColumn, { name: 'CIDRs', type: 'string', cell: (o) => cidrsOf(o).join(',') }, ageColumn],
  subresources: {
    status: {
      type: 'update',
      verbs: VIEW_VERBS,
      strategy: {
        prepareForUpdate: (_c, o, old) => {
          o.spec = old.spec;
          resetMetadataForStatus(o, old);
        },
        resetFields: [['metadata'], ['spec']],
      },
    },
  },
};
