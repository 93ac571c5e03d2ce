import type { FieldError } from '../../api/errors/field-error';
import { invalidValue } from '../../api/errors/field-error';
import { MODIFIED, StatusError, alreadyExists, badRequest, conflict, generateNameConflict, invalid, notFound } from '../../api/errors/status-error';
import type { GroupResource } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { formatTime } from '../../api/meta/time';
import { goQuote } from '../../api/patch/go-format';
import { keepTimestamps } from '../../api/patch/keep-timestamps';
import type { Store } from '../../storage/store';
import type { Cached, WatchCache } from '../../storage/watch-cache/watch-cache';
import { randomSuffix } from '../../util/random';
import { sameJson } from './equality';
import { Entry } from './entry';
import { subdomainName, validateChangedMeta, validateNewMeta } from './object-meta';
import type { NameValidator } from './object-meta';
import type { Ctx, ResourceDefinition, Strategy, Transaction } from './strategy';
import { checkNamespace, wipeSystemFields } from './system-fields';

/** Longest base of a generated name: 63 less the five random characters. */
const GENERATE_BASE = 58;
const GENERATE_TRIES = 8;

/** How an update makes the new object out of the stored one. */
export interface Update {
  /** UID in the body of a PUT: must be the stored one. */
  uid?: string;
  /** Makes the new object, fully decoded, defaulted and admitted; must not change `existing` (absent: it would be created). */
  build(existing: KubeObject | undefined): KubeObject | Promise<KubeObject>;
  /** Strategy to use instead of the definition's (subresources). */
  strategy?: Strategy;
  /** Whether an absent object may be created (apply; else by the strategy). */
  forceCreate?: boolean;
  /** Validating admission, after validation. */
  validate?(object: KubeObject, old: KubeObject | undefined): void | Promise<void>;
}

/** The generic registry of one stored resource: what kube-apiserver's registry/generic/registry.Store does. */
export class Registry {
  readonly resource: GroupResource;

  constructor(
    readonly definition: ResourceDefinition,
    readonly prefix: string,
    readonly store: Store,
    readonly cache: WatchCache,
  ) {
    this.resource = { group: definition.gvk.group, resource: definition.plural };
  }

  key(namespace: string | undefined, name: string): string {
    return this.definition.namespaced ? `${this.prefix}${namespace}/${name}` : this.prefix + name;
  }

  /** What errors call the resource in this request. */
  private named(c: Ctx): GroupResource {
    return c.resource ?? this.resource;
  }

  /** The stored object. @throws NotFound */
  get(namespace: string | undefined, name: string, as: GroupResource = this.resource): Cached {
    const cached = this.cache.get(this.key(namespace, name));
    if (!cached) throw notFound(as, name);
    return cached;
  }

  /**
   * Creates an object that is already decoded, defaulted and has passed mutating admission; it is kept and changed.
   * A taken generated name is drawn anew up to eight times. @throws Invalid, AlreadyExists
   */
  async create(c: Ctx, object: KubeObject, validate?: (o: KubeObject) => void | Promise<void>, strategy: Strategy = this.definition.strategy): Promise<Cached> {
    const m = object.metadata;
    // Only storage refuses a version, and a dry run does not get that far: it answers with what was sent.
    const version = m.resourceVersion;
    if (!c.dryRun) delete m.resourceVersion;
    this.fillSystemFields(c, object);
    const generated = !!m.generateName && !m.name;
    for (let attempt = 1; ; attempt++) {
      if (generated) m.name = m.generateName!.slice(0, GENERATE_BASE) + randomSuffix(c.random);
      if (attempt === 1) strategy.prepareForCreate?.(c, object);
      const transaction = this.begin(c, object, undefined);
      try {
        this.checkNew(c, object, strategy);
        if (attempt === 1) {
          const pending = validate?.(object);
          if (pending) await pending;
        }
        if (!c.dryRun && version !== undefined && isUint(version) && Number(version) !== 0) throw plain500('resourceVersion should not be set on objects to be created');
        const stored = await this.insert(c, object);
        if (stored) {
          transaction?.commit();
          return stored;
        }
      } catch (e) {
        transaction?.revert();
        throw e;
      }
      transaction?.revert();
      if (!generated || attempt === GENERATE_TRIES) throw this.taken(c, object, !!m.generateName);
    }
  }

  /** Changes a stored object, again and again until nobody else came between. @throws NotFound, Conflict, Invalid */
  async update(c: Ctx, name: string, u: Update): Promise<{ cached: Cached; created: boolean }> {
    const key = this.key(c.namespace, name);
    for (;;) {
      const current = this.cache.get(key);
      const done = await this.updateOnce(c, name, key, current, u);
      if (done) return done;
    }
  }

  private async updateOnce(c: Ctx, name: string, key: string, current: Cached | undefined, u: Update): Promise<{ cached: Cached; created: boolean } | undefined> {
    const strategy = u.strategy ?? this.definition.strategy;
    const old = current?.object;
    if (!old && !u.forceCreate && !strategy.allowCreateOnUpdate) throw notFound(this.named(c), name);
    if (u.uid && u.uid !== (old?.metadata.uid ?? '')) throw this.uidPrecondition(c, c.dryRun ? key.replace(/^\/registry/, '') : key, name, u.uid, old?.metadata.uid ?? '');
    const built = u.build(old);
    const o = built instanceof Promise ? await built : built;
    this.ensureNamespace(c, o);
    if (!old) {
      delete o.metadata.resourceVersion;
      return { cached: await this.create(c, o, u.validate && ((x) => u.validate!(x, undefined)), strategy), created: true };
    }
    this.checkVersion(c, o, old, name, strategy);
    const transaction = this.prepareUpdate(c, o, old, strategy);
    try {
      const pending = u.validate?.(o, old);
      if (pending) await pending;
      o.metadata.resourceVersion = old.metadata.resourceVersion;
      keepTimestamps(old, o);
      if (sameJson(o, old)) {
        transaction?.revert();
        return { cached: current!, created: false };
      }
      const entry = new Entry(key, o);
      if (c.dryRun) {
        transaction?.revert();
        return { cached: entry.encodeUnstored(), created: false };
      }
      const result = this.goesNow(o, strategy) ? await this.remove(c, current!) : await this.store.put(key, entry.encode, current!.rev, entry);
      if (result === true || (typeof result === 'object' && result.ok)) {
        transaction?.commit();
        return { cached: result === true ? entry.encodeUnstored() : entry, created: false };
      }
      transaction?.revert();
      return undefined;
    } catch (e) {
      transaction?.revert();
      throw e;
    }
  }

  /** Removes a stored object for good; false when somebody else changed it meanwhile. */
  async remove(c: Ctx, current: Cached): Promise<boolean> {
    const gone = await this.expire(current);
    if (gone) this.definition.afterDelete?.(c, current.object);
    return gone;
  }

  /** Removes a stored object whose time is up, which nobody asked for; false when somebody else changed it meanwhile. */
  async expire(current: Cached): Promise<boolean> {
    const last = new Entry(current.key, { ...current.object, metadata: { ...current.object.metadata } });
    return (await this.store.delete(current.key, current.rev, (rev) => last.encodeLast(current, rev), last)).ok;
  }

  /** Stores another state of an object that was checked before; undefined when somebody else changed it meanwhile. */
  async replace(current: Cached, object: KubeObject): Promise<Cached | undefined> {
    const entry = new Entry(current.key, object);
    const done = await this.store.put(current.key, entry.encode, current.rev, entry);
    return done.ok ? entry : undefined;
  }

  /** An object being deleted that nothing holds any more leaves with the update that released it. */
  private goesNow(o: KubeObject, strategy: Strategy): boolean {
    const m = o.metadata;
    return !!m.deletionTimestamp && !m.finalizers?.length && !m.deletionGracePeriodSeconds && !(strategy.deletionBlocked ?? this.definition.strategy.deletionBlocked)?.(o);
  }

  private fillSystemFields(c: Ctx, o: KubeObject): void {
    const m = o.metadata;
    wipeSystemFields(m);
    m.creationTimestamp = formatTime(c.clock.now());
    m.uid = c.random.uuid();
    this.ensureNamespace(c, o);
  }

  private ensureNamespace(c: Ctx, o: KubeObject): void {
    const m = o.metadata;
    if (!this.definition.namespaced) {
      delete m.namespace;
      return;
    }
    checkNamespace(m, c.namespace);
  }

  private begin(c: Ctx, o: KubeObject, old: KubeObject | undefined): Transaction | undefined {
    return this.definition.begin?.(c, o, old);
  }

  private checkNew(c: Ctx, o: KubeObject, s: Strategy): void {
    const errors = validateNewMeta(o.metadata, this.definition.namespaced, nameRule(s, o), s.metadata, faultsOf(s, c, o, undefined));
    if (errors.length) throw invalid(this.definition.gvk, o.metadata.name ?? '', errors);
    for (const w of s.warnings?.(c, o) ?? []) c.warn(w);
    s.canonicalize?.(o);
  }

  /** PUT's rules about resourceVersion: absent is allowed where the kind says so, another one is a conflict. */
  private checkVersion(c: Ctx, o: KubeObject, old: KubeObject, name: string, strategy: Strategy): void {
    const asked = o.metadata.resourceVersion;
    if (asked === undefined || asked === '' || asked === '0') {
      if ((strategy.allowUnconditionalUpdate ?? this.definition.strategy.allowUnconditionalUpdate) !== false) {
        o.metadata.resourceVersion = old.metadata.resourceVersion;
        return;
      }
      throw this.invalidResource(c, name, [invalidValue('metadata.resourceVersion', 0, 'must be specified for an update')]);
    }
    if (!isUint(asked)) throw plain500(`strconv.ParseUint: parsing ${goQuote(asked)}: invalid syntax`);
    if (asked !== old.metadata.resourceVersion) throw conflict(this.named(c), name, MODIFIED);
  }

  private prepareUpdate(c: Ctx, o: KubeObject, old: KubeObject, strategy: Strategy): Transaction | undefined {
    const was = old.metadata;
    if (was.generation === undefined) delete o.metadata.generation;
    else o.metadata.generation = was.generation;
    strategy.prepareForUpdate?.(c, o, old);
    const m = o.metadata; // the strategy may have put another in its place
    m.uid ||= was.uid;
    delete m.selfLink;
    if (was.creationTimestamp) m.creationTimestamp = was.creationTimestamp;
    if (was.deletionTimestamp) m.deletionTimestamp = was.deletionTimestamp;
    m.deletionGracePeriodSeconds ??= was.deletionGracePeriodSeconds;
    if (m.deletionGracePeriodSeconds === undefined) delete m.deletionGracePeriodSeconds;
    const transaction = this.begin(c, o, old);
    try {
      const nameOk = nameRule(strategy.validateName ? strategy : this.definition.strategy, o);
      const errors = validateChangedMeta(m, was, this.definition.namespaced, nameOk, strategy.metadata);
      const more = faultsOf(strategy, c, o, old);
      if (more) for (const e of more) errors.push(e);
      if (errors.length) throw invalid(this.definition.gvk, m.name ?? '', errors);
      for (const w of strategy.warnings?.(c, o, old) ?? []) c.warn(w);
      (strategy.canonicalize ?? this.definition.strategy.canonicalize)?.(o);
    } catch (e) {
      transaction?.revert();
      throw e;
    }
    return transaction;
  }

  /** Stores a new object; undefined when the key is taken. */
  private async insert(c: Ctx, o: KubeObject): Promise<Cached | undefined> {
    const entry = new Entry(this.key(c.namespace, o.metadata.name!), o);
    if (c.dryRun) return this.cache.get(entry.key) ? undefined : entry.encodeUnstored();
    const done = await this.store.put(entry.key, entry.encode, 0, entry);
    return done.ok ? entry : undefined;
  }

  private taken(c: Ctx, o: KubeObject, generateName: boolean): StatusError {
    const resource = this.named(c);
    const name = o.metadata.name!;
    if (generateName) return generateNameConflict(resource, name);
    const e = alreadyExists(resource, name);
    if (!this.cache.get(this.key(o.metadata.namespace, name))?.object.metadata.deletionTimestamp) return e;
    return new StatusError(409, 'AlreadyExists', `object is being deleted: ${e.message}`, e.status.details);
  }

  private uidPrecondition(c: Ctx, key: string, name: string, wanted: string, actual: string): StatusError {
    const why = `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${actual}`;
    return conflict(this.named(c), name, `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`);
  }

  /** Invalid as the storage layer says it: named by resource instead of kind. */
  private invalidResource(c: Ctx, name: string, errors: FieldError[]): StatusError {
    const { group, resource } = this.named(c);
    return invalid({ group, kind: resource }, name, errors);
  }
}

/** What a strategy says against an object. A body full of faults has more of them than the engine takes as arguments of one call. @throws BadRequest */
function faultsOf(s: Strategy, c: Ctx, o: KubeObject, old: KubeObject | undefined): FieldError[] | undefined {
  try {
    return s.validate?.(c, o, old);
  } catch (e) {
    throw e instanceof RangeError ? badRequest('the object has more faults than can be told') : e;
  }
}

function nameRule(s: Strategy, o: KubeObject): NameValidator {
  return s.validateName ? (name, prefix) => s.validateName!(name, prefix, o) : subdomainName;
}

/** Digits only: what strconv.ParseUint takes. */
export function isUint(text: string): boolean {
  if (text === '') return false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 48 || c > 57) return false;
  }
  return true;
}

/** A Go error that upstream does not turn into a typed Status: 500 with its bare text and no reason. */
export function plain500(message: string): StatusError {
  return new StatusError(500, undefined, message);
}
