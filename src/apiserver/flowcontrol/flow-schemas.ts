import type { KubeObject } from '../../api/meta/object';
import type { Clock } from '../../util/clock';
import type { UserInfo } from '../registry/strategy';
import type { RequestInfo } from '../http/request-info';
import { Lane } from './lane';
import { PriorityLevel } from './priority-level';

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

interface Schema {
  object: KubeObject;
  lane: Lane;
  rules: readonly PolicyRule[];
}

/** How long a change of flow schemas may go unnoticed, in milliseconds. */
const REFRESH = 1000;
const REMEMBERED = 2000;

/** Sorts requests into the cluster's flow schemas: of those that match, the one with the lowest matchingPrecedence wins, by name among equals. */
export class FlowSchemaClassifier {
  private schemas: readonly Schema[] = [];
  private refreshed = -Infinity;
  private known = new WeakMap<UserInfo, Map<string, Lane | null>>();
  private readonly levels = new Map<string, { object: KubeObject; level: PriorityLevel }>();
  private lanesInUse: readonly Lane[] = [];

  /** The first two give the FlowSchemas and PriorityLevelConfigurations stored now; `changed` is told the levels when they are others than before. */
  constructor(
    private readonly flowSchemas: () => readonly KubeObject[],
    private readonly storedLevels: () => readonly KubeObject[],
    private readonly clock: Clock,
    private readonly changed: (levels: readonly PriorityLevel[]) => void,
  ) {}

  /** Every schema's lane, for metrics. */
  get lanes(): readonly Lane[] {
    return this.lanesInUse;
  }

  classify(user: UserInfo, info: RequestInfo): Lane | undefined {
    const now = this.clock.monotonic();
    if (now - this.refreshed >= REFRESH) this.refresh(now);
    let mine = this.known.get(user);
    if (!mine) this.known.set(user, (mine = new Map()));
    const key = info.isResource ? `${info.verb} ${info.group}/${info.resource}/${info.subresource} ${info.namespace}` : `${info.verb} ${info.path}`;
    let lane = mine.get(key);
    if (lane === undefined) {
      lane = this.schemas.find((s) => s.rules.some((r) => matches(r, user, info)))?.lane ?? null;
      if (mine.size >= REMEMBERED) mine.clear();
      mine.set(key, lane);
    }
    return lane ?? undefined;
  }

  private refresh(now: number): void {
    this.refreshed = now;
    const levelsChanged = this.refreshLevels();
    const before = new Map(this.schemas.map((s) => [s.object, s]));
    const schemas = [...this.flowSchemas()].sort(byPrecedence).flatMap((object): Schema[] => {
      const spec = object.spec as { priorityLevelConfiguration: { name: string }; rules?: PolicyRule[]; distinguisherMethod?: { type: 'ByUser' | 'ByNamespace' } };
      const level = this.levels.get(spec.priorityLevelConfiguration.name)?.level;
      if (!level) return [];
      // Objects are shared and never changed: the same object is the same schema.
      const known = before.get(object);
      if (known?.lane.level === level) return [known];
      return [{ object, lane: new Lane(object, level, spec.distinguisherMethod?.type), rules: spec.rules ?? [] }];
    });
    if (!levelsChanged && schemas.length === this.schemas.length && schemas.every((s, i) => s === this.schemas[i])) return;
    this.schemas = schemas;
    this.lanesInUse = schemas.map((s) => s.lane);
    this.known = new WeakMap();
    this.changed(Array.from(this.levels.values(), (l) => l.level));
  }

  /** @returns whether a level has come, gone or changed */
  private refreshLevels(): boolean {
    const { levels } = this;
    let changed = false;
    const gone = new Set(levels.keys());
    for (const object of this.storedLevels()) {
      const name = object.metadata.name!;
      gone.delete(name);
      const known = levels.get(name);
      if (known?.object === object) continue;
      changed = true;
      if (known && known.object.metadata.uid === object.metadata.uid) {
        known.object = object;
        known.level.update(object);
      } else levels.set(name, { object, level: new PriorityLevel(object) });
    }
    for (const name of gone) {
      // Whoever waits in it is still served: the gate is told only when it is empty.
      if (levels.get(name)!.level.queues.size > 0) continue;
      levels.delete(name);
      changed = true;
    }
    return changed;
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
