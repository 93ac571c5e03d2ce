import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import { CacheLag } from '../../client/cache-lag';
import type { Component, ComponentContext } from '../../client/component';
import type { Informer } from '../../client/informer';
import { QueueComponent } from '../../client/queue-component';
import { PODS, RESOURCE_CLAIMS, RESOURCE_CLAIM_TEMPLATES } from '../../client/resources';
import type { WorkQueue } from '../../client/work-queue';
import type { Disposable } from '../../util/clock';
import type { Pod } from '../shared/types';
import { Written } from '../shared/written';
import { isPodDone, Reservations } from './reservations';
import { TemplateClaims } from './template-claims';
import { claimName, extendedClaim, podClaims } from './types';
import type { ResourceClaim, ResourceClaimTemplate } from './types';

const POD = 'pod:';
const CLAIM = 'claim:';
const PODS_BY_CLAIM = 'resource-claims';
const PODS_BY_TEMPLATE = 'resource-claim-templates';

/** Makes the ResourceClaims that pods ask for by template, and frees claims of pods that will not run any more (KEP-4381). */
class ResourceClaimController {
  private readonly pods: Informer<Pod>;
  private readonly claims: Informer<ResourceClaim>;
  private readonly templates: Informer<ResourceClaimTemplate>;
  private readonly written: Written;

  constructor(private readonly x: ComponentContext) {
    this.pods = x.caches.informer<Pod>(PODS);
    this.claims = x.caches.informer<ResourceClaim>(RESOURCE_CLAIMS);
    this.templates = x.caches.informer<ResourceClaimTemplate>(RESOURCE_CLAIM_TEMPLATES);
    this.pods.addIndex(PODS_BY_CLAIM, (p) => claimKeys(p));
    this.pods.addIndex(PODS_BY_TEMPLATE, (p) => podClaims(p).flatMap((c) => (c.resourceClaimTemplateName === undefined ? [] : [`${p.metadata.namespace}/${c.resourceClaimTemplateName}`])));
    this.written = new Written(this.claims, x.clock);
  }

  create(): Component {
    const events = this.x.events.recorder('resource_claim');
    const made = new TemplateClaims(this.x.client, this.claims, this.templates, this.written);
    const reservations = new Reservations(this.x.client, this.claims, this.pods);
    return new QueueComponent({
      ...this.x,
      name: 'resourceclaim-controller',
      workers: 10,
      setup: (queue) => this.subscribe(queue),
      reconcile: async (key) => {
        if (key.startsWith(CLAIM)) return reservations.free(key.slice(CLAIM.length));
        const pod = this.pods.get(key.slice(POD.length));
        if (!pod || pod.metadata.deletionTimestamp || isPodDone(pod)) return;
        if (this.written.isBehind(keyOf(pod))) throw new CacheLag('ResourceClaims');
        await made.provide(pod, (claim, e) => events.event(pod, 'Warning', 'FailedResourceClaimCreation', `PodResourceClaim ${claim}: ${e.message}`));
        if (pod.spec.nodeName) await reservations.reserve(pod);
      },
    });
  }

  private subscribe(queue: WorkQueue): Disposable[] {
    const pod = (p: Pod, gone = false): void => {
      if (podClaims(p).length === 0 && extendedClaim(p) === undefined) return;
      if (gone || isPodDone(p)) for (const key of claimKeys(p)) queue.add(CLAIM + key);
      else if (!p.metadata.deletionTimestamp) queue.add(POD + keyOf(p));
    };
    const claim = (c: KubeObject, gone = false): void => {
      if (!gone) queue.add(CLAIM + keyOf(c));
      for (const p of this.pods.byIndex(PODS_BY_CLAIM, keyOf(c))) pod(p);
    };
    const template = (t: KubeObject): void => this.pods.byIndex(PODS_BY_TEMPLATE, keyOf(t)).forEach((p) => pod(p));
    return [
      this.pods.subscribe({ added: (p) => pod(p), updated: (p) => pod(p), deleted: (p) => pod(p, true) }),
      this.claims.subscribe({ added: (c) => claim(c), updated: (c) => claim(c), deleted: (c) => claim(c, true) }),
      this.templates.subscribe({ added: template, updated: template }),
      this.written.subscription,
    ];
  }
}

function claimKeys(p: Pod): string[] {
  const names = [...podClaims(p).map((c) => claimName(p, c)?.name), extendedClaim(p)];
  return names.filter((n) => n !== undefined && n !== null).map((n) => `${p.metadata.namespace}/${n}`);
}

export function createResourceClaimController(x: ComponentContext): Component {
  return new ResourceClaimController(x).create();
}
