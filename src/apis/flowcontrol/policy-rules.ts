import { forbiddenField, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import { isDns1123Label, nameIsDnsSubdomain } from '../shared/names';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const SUBJECT_FIELDS = { User: 'user', Group: 'group', ServiceAccount: 'serviceAccount' } as const;

interface Subject {
  kind?: string;
  user?: { name?: string };
  group?: { name?: string };
  serviceAccount?: { namespace?: string; name?: string };
}

interface ResourceRule {
  verbs?: string[] | null;
  apiGroups?: string[] | null;
  resources?: string[] | null;
  clusterScope?: boolean;
  namespaces?: string[] | null;
}

interface NonResourceRule {
  verbs?: string[] | null;
  nonResourceURLs?: string[] | null;
}

/** Who and what one rule of a FlowSchema matches. */
export interface RulesWithSubjects {
  subjects?: Subject[] | null;
  resourceRules?: ResourceRule[];
  nonResourceRules?: NonResourceRule[];
}

/** Complaints about one rule of a FlowSchema. */
export function validateRule(rule: RulesWithSubjects, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!rule.subjects?.length) errors.push(required(`${path}.subjects`, 'subjects must contain at least one value'));
  rule.subjects?.forEach((s, i) => pushSubjectErrors(errors, s, `${path}.subjects[${i}]`));
  if (!rule.resourceRules?.length && !rule.nonResourceRules?.length) {
    errors.push(required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  }
  rule.resourceRules?.forEach((r, i) => pushResourceRuleErrors(errors, r, `${path}.resourceRules[${i}]`));
  rule.nonResourceRules?.forEach((r, i) => pushNonResourceRuleErrors(errors, r, `${path}.nonResourceRules[${i}]`));
  return errors;
}

function pushSubjectErrors(errors: FieldError[], s: Subject, path: string): void {
  const kind = s.kind ?? '';
  if (kind !== 'User' && kind !== 'Group' && kind !== 'ServiceAccount') {
    errors.push(notSupported(`${path}.kind`, kind, ['Group', 'ServiceAccount', 'User']));
    return;
  }
  const own = SUBJECT_FIELDS[kind];
  if (!s[own]) errors.push(required(`${path}.${own}`, `${own} is required when subject kind is '${kind}'`));
  else if (kind === 'ServiceAccount') pushAccountErrors(errors, s.serviceAccount!, `${path}.${own}`);
  else if (!s[own].name) errors.push(required(`${path}.${own}.name`));
  for (const other of ['ServiceAccount', 'User', 'Group'] as const) {
    const field = SUBJECT_FIELDS[other];
    if (other !== kind && s[field]) errors.push(forbiddenField(`${path}.${field}`, `${field} is forbidden when subject kind is not '${other}'`));
  }
}

function pushAccountErrors(errors: FieldError[], account: { namespace?: string; name?: string }, path: string): void {
  const { name, namespace } = account;
  if (!name) errors.push(required(`${path}.name`));
  else if (name !== '*') for (const m of nameIsDnsSubdomain(name, false)) errors.push(invalidValue(`${path}.name`, name, m));
  if (!namespace) errors.push(required(`${path}.namespace`, 'must specify namespace for service account'));
  else for (const m of isDns1123Label(namespace)) errors.push(invalidValue(`${path}.namespace`, namespace, m));
}

function pushVerbErrors(errors: FieldError[], verbs: readonly string[], path: string): void {
  if (!verbs.length) errors.push(required(`${path}.verbs`, 'verbs must contain at least one value'));
  else if (verbs.includes('*')) pushLoneStarErrors(errors, verbs, `${path}.verbs`, 'verbs');
  else if (!verbs.every((v) => VERBS.includes(v))) errors.push(notSupported(`${path}.verbs`, verbs, VERBS));
}

/** '*' stands alone. */
function pushLoneStarErrors(errors: FieldError[], list: readonly string[], path: string, what: string): void {
  if (list.length > 1 && list.includes('*')) errors.push(invalidValue(path, list, `if '*' is present, must not specify other ${what}`));
}

function pushResourceRuleErrors(errors: FieldError[], rule: ResourceRule, path: string): void {
  pushVerbErrors(errors, rule.verbs ?? [], path);
  const groups = rule.apiGroups ?? [];
  if (!groups.length) errors.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  else pushLoneStarErrors(errors, groups, `${path}.apiGroups`, 'api groups');
  const resources = rule.resources ?? [];
  if (!resources.length) errors.push(required(`${path}.resources`, 'resource rules must supply at least one resource'));
  else pushLoneStarErrors(errors, resources, `${path}.resources`, 'resources');
  const namespaces = rule.namespaces ?? [];
  const at = `${path}.namespaces`;
  if (!namespaces.length && !rule.clusterScope) {
    errors.push(required(at, 'resource rules that are not cluster scoped must supply at least one namespace'));
  } else if (namespaces.includes('*')) pushLoneStarErrors(errors, namespaces, at, 'namespaces');
  else {
    namespaces.forEach((n, i) => {
      for (const m of isDns1123Label(n)) errors.push(invalidValue(`${at}[${i}]`, n, `each member of this list must be '*' or a DNS-1123 label; ${m}`));
    });
  }
}

function pushNonResourceRuleErrors(errors: FieldError[], rule: NonResourceRule, path: string): void {
  pushVerbErrors(errors, rule.verbs ?? [], path);
  const urls = rule.nonResourceURLs ?? [];
  const at = `${path}.nonResourceURLs`;
  if (!urls.length) errors.push(required(at, 'nonResourceURLs must contain at least one value'));
  else if (urls.includes('*')) pushLoneStarErrors(errors, urls, at, 'non-resource URLs');
  else {
    urls.forEach((url, i) => {
      const problem = urlProblem(url);
      if (problem) errors.push(invalidValue(`${at}[${i}]`, url, problem));
    });
  }
}

function urlProblem(url: string): string | undefined {
  if (!url) return 'must not be empty';
  if (url === '/') return undefined;
  if (!url.startsWith('/')) return 'must start with slash';
  if (url.includes(' ')) return 'must not contain white-space';
  if (url.includes('//')) return 'must not contain double slash';
  const stars = url.split('*').length - 1;
  return stars > 1 || (stars === 1 && !url.endsWith('/*')) ? 'wildcard can only do suffix matching' : undefined;
}
