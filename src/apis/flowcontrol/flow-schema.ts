import { own } from '../shared/own';
import { invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { bumpGeneration } from '../shared/generation';
import { nameIsDnsSubdomain } from '../shared/names';
import type { Raw } from '../shared/raw';
import { ALL_VERBS, RESETS_STATUS, viewOf } from '../shared/verbs';
import { validateConditionTypes } from './condition-types';
import { validateRule, type RulesWithSubjects } from './policy-rules';
import { resetToSpecAndMetadata } from './status-view';
import { WHOLE } from '../shared/metadata-rules';

const DEFAULT_PRECEDENCE = 1000;
const MAX_PRECEDENCE = 10000;

function everythingFor(...groups: string[]): object[] {
  return [
    {
      subjects: groups.map((name) => ({ kind: 'Group', group: { name } })),
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    },
  ];
}

/** The two schemas whose spec is fixed: without them requests could find no level. */
const MANDATORY: Readonly<Record<string, object>> = {
  exempt: { priorityLevelConfiguration: { name: 'exempt' }, matchingPrecedence: 1, rules: everythingFor('system:masters') },
  'catch-all': {
    priorityLevelConfiguration: { name: 'catch-all' },
    matchingPrecedence: MAX_PRECEDENCE,
    distinguisherMethod: { type: 'ByUser' },
    rules: everythingFor('system:unauthenticated', 'system:authenticated'),
  },
};

function validateSpec(o: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const { name } = o.metadata;
  const spec = o.spec;
  const precedence: number = spec.matchingPrecedence;
  const complain = (why: string): unknown => errors.push(invalidValue('spec.matchingPrecedence', precedence, why));
  if (precedence <= 0) complain('must be a positive value');
  if (precedence > MAX_PRECEDENCE) complain(`must not be greater than ${MAX_PRECEDENCE}`);
  if (precedence === 1 && name !== 'exempt') complain("only the schema named 'exempt' may have matchingPrecedence 1");
  const method = spec.distinguisherMethod;
  if (method && method.type !== 'ByNamespace' && method.type !== 'ByUser') {
    errors.push(notSupported('spec.distinguisherMethod.type', { Type: method.type ?? '' }, ['ByNamespace', 'ByUser']));
  }
  const level: string = spec.priorityLevelConfiguration?.name ?? '';
  const levelPath = 'spec.priorityLevelConfiguration.name';
  if (!level) errors.push(required(levelPath, 'must reference a priority level'));
  else for (const m of nameIsDnsSubdomain(level, false)) errors.push(invalidValue(levelPath, level, m));
  ((spec.rules ?? []) as RulesWithSubjects[]).forEach((r, i) => errors.push(...validateRule(r, `spec.rules[${i}]`)));
  const fixed = own(MANDATORY, name ?? '');
  if (fixed && !semanticEqual(spec, fixed)) errors.push(invalidValue('spec', shownSpec(spec), `spec of '${name}' must equal the fixed value`));
  return errors;
}

/** The spec under the names of upstream's internal type, as its message prints it. */
function shownSpec(spec: Raw): object {
  const named = (x: Raw | undefined): object | null => (x ? { Name: x.name ?? '' } : null);
  return {
    PriorityLevelConfiguration: { Name: spec.priorityLevelConfiguration?.name ?? '' },
    MatchingPrecedence: spec.matchingPrecedence,
    DistinguisherMethod: spec.distinguisherMethod ? { Type: spec.distinguisherMethod.type } : null,
    Rules: ((spec.rules ?? null) as Raw[] | null)?.map((r) => ({
      Subjects: ((r.subjects ?? null) as Raw[] | null)?.map((s) => ({
        Kind: s.kind ?? '',
        User: named(s.user),
        Group: named(s.group),
        ServiceAccount: s.serviceAccount ? { Namespace: s.serviceAccount.namespace ?? '', Name: s.serviceAccount.name ?? '' } : null,
      })) ?? null,
      ResourceRules: ((r.resourceRules ?? null) as Raw[] | null)?.map((x) => ({
        Verbs: x.verbs ?? null,
        APIGroups: x.apiGroups ?? null,
        Resources: x.resources ?? null,
        ClusterScope: x.clusterScope ?? false,
        Namespaces: x.namespaces ?? null,
      })) ?? null,
      NonResourceRules: ((r.nonResourceRules ?? null) as Raw[] | null)?.map((x) => ({ Verbs: x.verbs ?? null, NonResourceURLs: x.nonResourceURLs ?? null })) ?? null,
    })) ?? null,
  };
}

export const flowSchema: ResourceDefinition = {
  gvk: { group: 'flowcontrol.apiserver.k8s.io', version: 'v1', kind: 'FlowSchema' },
  plural: 'flowschemas',
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.flowcontrol.v1.FlowSchema',
  strategy: {
    metadata: WHOLE,
    default: (o) => {
      const spec = (o.spec ??= { priorityLevelConfiguration: { name: '' } });
      spec.matchingPrecedence ||= DEFAULT_PRECEDENCE;
    },
    prepareForCreate: (_c, o) => {
      o.status = {};
      bumpGeneration(o, undefined);
    },
    prepareForUpdate: (_c, o, old) => {
      o.status = old.status;
      if (!semanticEqual(o.spec, old.spec)) bumpGeneration(o, old);
    },
    validate: (_c, o) => [...validateSpec(o), ...validateConditionTypes(o)],
    resetFields: RESETS_STATUS,
  },
  columns: [
    nameColumn,
    { name: 'PriorityLevel', type: 'string', cell: (o) => o.spec?.priorityLevelConfiguration?.name ?? '' },
    { name: 'MatchingPrecedence', type: 'string', cell: (o) => o.spec?.matchingPrecedence ?? 0 },
    { name: 'DistinguisherMethod', type: 'string', cell: (o) => o.spec?.distinguisherMethod?.type ?? '<none>' },
    ageColumn,
    {
      name: 'MissingPL',
      type: 'string',
      cell: (o) => ((o.status?.conditions ?? []) as Raw[]).find((c) => c.type === 'Dangling')?.status ?? '?',
    },
  ],
  subresources: { status: viewOf(resetToSpecAndMetadata) },
};
