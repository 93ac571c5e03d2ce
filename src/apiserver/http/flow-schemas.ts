import type { KubeObject } from '../../api/meta/object';
import type { Clock } from '../../util/clock';
import type { UserInfo } from '../registry/strategy';
import type { FlowControl } from './chain';
import type { RequestInfo } from './request-info';

interface Subject {
  kind: string;
  user?: { name: string };
  group?: { name: string };
  serviceAccount?: { namespace: string; name: string };
}

interface ResourceRule {
  verbs?: string[];
  apiGroups?: string[];
  resources?: string[];
  clusterScope?: boolean;
  namespaces?: string[];
}

interface NonResourceRule {
  verbs?: string[];
  nonResourceURLs?: string[];
}

interface PolicyRule {
  subjects?: Subject[];
  resourceRules?: ResourceRule[];
  nonResourceRules?: NonResourceRule[];
}

type Flow = readonly [schema: string, level: string];

interface Schema {
  flow: Flow;
  rules: readonly PolicyRule[];
}

/** How long a change of flow schemas may go unnoticed, in milliseconds. */
const REFRESH = 1000;
const REMEMBERED = 2000;

/**
 * Sorts requests into the cluster's flow schemas: of those that match, the one with the lowest matchingPrecedence wins, by name among equals.
 * Nothing is queued or refused yet; clients see where they belong.
 */
export class FlowSchemaClassifier implements FlowControl {
  private schemas: readonly Schema[] = [];
  private refreshed = -Infinity;
  private known = new WeakMap<UserInfo, Map<string, Flow | null>>();

  /** `schemas` and `levels` give the FlowSchemas and PriorityLevelConfigurations stored now. */
  constructor(
    private readonly flowSchemas: () => readonly KubeObject[],
    private readonly levels: () => readonly KubeObject[],
    private readonly clock: Clock,
  ) {}

  classify(user: UserInfo, info: RequestInfo): Flow | undefined {
    const now = this.clock.monotonic();
    if (now - this.refreshed >= REFRESH) this.refresh(now);
    let mine = this.known.get(user);
    if (!mine) this.known.set(user, (mine = new Map()));
    const key = info.isResource ? `${info.verb} ${info.group}/${info.resource}/${info.subresource} ${info.namespace}` : `${info.verb} ${info.path}`;
    let flow = mine.get(key);
    if (flow === undefined) {
      flow = this.schemas.find((s) => s.rules.some((r) => matches(r, user, info)))?.flow ?? null;
      if (mine.size >= REMEMBERED) mine.clear();
      mine.set(key, flow);
    }
    return flow ?? undefined;
  }

  private refresh(now: number): void {
    this.refreshed = now;
    const levels = new Map(this.levels().map((l) => [l.metadata.name!, l.metadata.uid ?? '']));
    const schemas = [...this.flowSchemas()].sort(byPrecedence).flatMap((s) => {
      const level = levels.get((s.spec as { priorityLevelConfiguration: { name: string } }).priorityLevelConfiguration.name);
      return level === undefined ? [] : [{ flow: [s.metadata.uid ?? '', level] as const, rules: ((s.spec as { rules?: PolicyRule[] }).rules ?? []) }];
    });
    // Objects are shared and never changed: the same rules by reference are the same rules.
    const same = schemas.length === this.schemas.length && schemas.every((s, i) => s.rules === this.schemas[i]!.rules && s.flow[0] === this.schemas[i]!.flow[0] && s.flow[1] === this.schemas[i]!.flow[1]);
    if (same) return;
    this.schemas = schemas;
    this.known = new WeakMap();
  }
}

function byPrecedence(a: KubeObject, b: KubeObject): number {
  const of = (o: KubeObject): number => (o.spec as { matchingPrecedence?: number }).matchingPrecedence ?? 1000;
  return of(a) - of(b) || (a.metadata.name! < b.metadata.name! ? -1 : 1);
}

function matches(rule: PolicyRule, user: UserInfo, info: RequestInfo): boolean {
  if (!rule.subjects?.some((s) => isSubject(s, user))) return false;
  return info.isResource ? (rule.resourceRules ?? []).some((r) => matchesResource(r, info)) : (rule.nonResourceRules ?? []).some((r) => matchesPath(r, info));
}

function isSubject(s: Subject, user: UserInfo): boolean {
  if (s.kind === 'User') return s.user?.name === '*' || s.user?.name === user.name;
  if (s.kind === 'Group') return s.group?.name === '*' || user.groups.includes(s.group?.name ?? '');
  if (s.kind !== 'ServiceAccount' || !s.serviceAccount) return false;
  const prefix = `system:serviceaccount:${s.serviceAccount.namespace}:`;
  return s.serviceAccount.name === '*' ? user.name.startsWith(prefix) : user.name === prefix + s.serviceAccount.name;
}

function matchesResource(r: ResourceRule, i: RequestInfo): boolean {
  if (!contains(r.verbs, i.verb) || !contains(r.resources, i.subresource ? `${i.resource}/${i.subresource}` : i.resource) || !contains(r.apiGroups, i.group)) return false;
  return i.namespace === '' ? r.clusterScope === true : contains(r.namespaces, i.namespace);
}

function matchesPath(r: NonResourceRule, i: RequestInfo): boolean {
  if (!contains(r.verbs, i.verb)) return false;
  return (r.nonResourceURLs ?? []).some((url) => {
    if (url === '*' || url === i.path) return true;
    const prefix = url.endsWith('*') ? url.slice(0, -1) : url;
    return i.path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
  });
}

function contains(list: readonly string[] | undefined, value: string): boolean {
  return list !== undefined && ((list.length === 1 && list[0] === '*') || list.includes(value));
}
