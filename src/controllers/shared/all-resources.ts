import type { GVR } from '../../api/meta/object';
import { apiVersionOf } from '../../api/meta/object';
import type { Client } from '../../client/client';
import type { Informer } from '../../client/informer';
import type { Caches } from '../../client/informer';
import { gvrOf, gvrPath } from '../../client/resources';
import { Backoff } from '../../util/backoff';
import type { Clock, Disposable } from '../../util/clock';
import type { Log } from '../../util/log';
import type { Random } from '../../util/random';

export interface ServedResource {
  gvr: GVR;
  kind: string;
  namespaced: boolean;
  verbs: readonly string[];
}

/** Objects of these come and go with what is served. */
const SOURCES = [gvrOf('apiextensions.k8s.io/v1/customresourcedefinitions'), gvrOf('apiregistration.k8s.io/v1/apiservices')];
/** Changes of what is served are looked at together after this time. */
const SETTLE = 100;

/** What the server serves, kept current: built-in resources, and custom and aggregated ones while they exist. */
export class AllResources {
  /** Every resource of every version. */
  private served: readonly ServedResource[] = [];
  private readonly subscriptions: Disposable[] = [];
  private listeners: (() => void)[] = [];
  private timer: Disposable | undefined;
  private stopped = false;
  private readonly backoff: Backoff;

  constructor(private readonly x: { client: Client; caches: Caches; clock: Clock; random: Random; log: Log }) {
    this.backoff = new Backoff({ first: 1000, most: 30_000, factor: 2, jitter: 0.5 }, x.clock, x.random);
  }

  /** Asks for the first time, until there is an answer. Rejects when `signal` is aborted first. */
  async start(signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const served = await this.ask();
      if (this.stopped) return;
      if (served) {
        this.served = served;
        break;
      }
      await this.x.clock.sleep(this.backoff.next(), signal);
    }
    this.backoff.reset();
    for (const gvr of SOURCES) {
      if (!this.served.some((r) => gvrPath(r.gvr) === gvrPath(gvr))) continue;
      const changed = (): void => this.soon(SETTLE);
      this.subscriptions.push(this.x.caches.informer(gvr, { optional: true }).subscribe({ added: changed, updated: changed, deleted: changed }));
    }
  }

  stop(): void {
    this.stopped = true;
    this.timer?.dispose();
    for (const s of this.subscriptions.splice(0)) s.dispose();
  }

  /** Called after what is served has changed. */
  onChange(fn: () => void): void {
    this.listeners = [...this.listeners, fn];
  }

  /** Each resource once, in its preferred version, when it has all these verbs. */
  preferred(...verbs: string[]): ServedResource[] {
    const seen = new Map<string, ServedResource>();
    for (const r of this.served) {
      const id = `${r.gvr.group}/${r.gvr.resource}`;
      if (!seen.has(id)) seen.set(id, r);
    }
    return [...seen.values()].filter((r) => verbs.every((v) => r.verbs.includes(v)));
  }

  /** The resource behind an apiVersion and kind, as owner references have them; undefined when it is not served. */
  ofKind(apiVersion: string, kind: string): ServedResource | undefined {
    return this.served.find((r) => r.kind === kind && apiVersionOf(r.gvr) === apiVersion && r.verbs.includes('get'));
  }

  private soon(ms: number): void {
    if (this.stopped || this.timer) return;
    this.timer = this.x.clock.after(ms, () => {
      this.timer = undefined;
      void this.refresh();
    });
  }

  private async refresh(): Promise<void> {
    const served = await this.ask();
    if (this.stopped) return;
    if (!served) return this.soon(this.backoff.next());
    this.served = served;
    this.backoff.reset();
    for (const fn of this.listeners) fn();
  }

  private async ask(): Promise<readonly ServedResource[] | undefined> {
    try {
      return await this.x.client.discover();
    } catch (e) {
      this.x.log.warn({ err: (e as Error).message }, 'cannot discover what is served');
      return undefined;
    }
  }
}

/** Informers of all resources that can be listed, watched and deleted, of those served now and of those to come. */
export class AllInformers {
  private readonly informers = new Map<string, { resource: ServedResource; informer: Informer; subscription: Disposable }>();

  constructor(
    private readonly all: AllResources,
    private readonly caches: Caches,
    private readonly wanted: (r: ServedResource) => boolean,
    private readonly subscribe: (informer: Informer, r: ServedResource) => Disposable,
  ) {
    all.onChange(() => this.update());
  }

  /** Follows new resources and lets go of those no longer served. */
  update(): void {
    const now = new Map(this.all.preferred('list', 'watch', 'delete').filter(this.wanted).map((r) => [gvrPath(r.gvr), r]));
    for (const [id, e] of this.informers) {
      if (now.has(id)) continue;
      e.subscription.dispose();
      this.caches.drop(e.resource.gvr);
      this.informers.delete(id);
    }
    for (const [id, resource] of now) {
      if (this.informers.has(id)) continue;
      const informer = this.caches.informer(resource.gvr, { optional: true });
      this.informers.set(id, { resource, informer, subscription: this.subscribe(informer, resource) });
    }
  }

  async synced(): Promise<void> {
    await Promise.all([...this.informers.values()].map((e) => e.informer.whenSynced()));
  }

  list(): { resource: ServedResource; informer: Informer }[] {
    return [...this.informers.values()];
  }

  stop(): void {
    for (const e of this.informers.values()) e.subscription.dispose();
    this.informers.clear();
  }
}
