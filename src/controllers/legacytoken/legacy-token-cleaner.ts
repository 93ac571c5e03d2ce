import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { formatTime, parseTime } from '../../api/meta/time';
import type { Component, ComponentContext } from '../../client/component';
import type { Informer } from '../../client/informer';
import { QueueComponent } from '../../client/queue-component';
import { CONFIG_MAPS, PODS, SECRETS, SERVICE_ACCOUNTS } from '../../client/resources';

const DAY = 24 * 60 * 60 * 1000;
/** A token that was not used for so long is made invalid, and one that has been invalid for so long goes. */
const UNUSED = 365 * DAY;
const TRACKING = 'kube-apiserver-legacy-service-account-token-tracking';
const LAST_USED = 'kubernetes.io/legacy-token-last-used';
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';
const ACCOUNT = 'kubernetes.io/service-account.name';
const ACCOUNT_UID = 'kubernetes.io/service-account.uid';
const DATE = /^\d{4}-\d\d-\d\d$/;

interface Secret extends KubeObject {
  type?: string;
}

/** Makes token Secrets invalid that were made for service accounts long ago and that nobody uses, and deletes them a year later (KEP-2799). */
class LegacyTokenCleaner {
  private readonly secrets: Informer<Secret>;
  private readonly accounts: Informer;
  private readonly pods: Informer;

  constructor(private readonly x: ComponentContext) {
    this.secrets = x.caches.informer<Secret>(SECRETS);
    this.accounts = x.caches.informer(SERVICE_ACCOUNTS);
    this.pods = x.caches.informer(PODS);
  }

  create(): Component {
    return new QueueComponent({
      ...this.x,
      name: 'legacy-serviceaccount-token-cleaner-controller',
      workers: 1,
      setup: () => [],
      synced: (queue) => queue.add('all'),
      reconcile: async () => {
        try {
          await this.look();
        } catch (e) {
          this.x.log.warn({ err: (e as Error).message }, 'unused token Secrets are looked for again tomorrow');
        }
        return { after: DAY };
      },
    });
  }

  private async look(): Promise<void> {
    const now = this.x.clock.now();
    const tracked = parseDate((await this.x.client.get(CONFIG_MAPS, 'kube-system', TRACKING))['data']?.since as string | undefined);
    // Use is noted from some time of that day on.
    if (Number.isNaN(tracked) || now < tracked + DAY + UNUSED) return;
    const before = formatTime(now - UNUSED).slice(0, 10);
    for (const s of this.secrets.list()) {
      if (!this.isUnused(s, now - UNUSED, before)) continue;
      const since = s.metadata.labels?.[INVALID_SINCE];
      if (since === undefined || Number.isNaN(parseDate(since))) await this.invalidate(s, formatTime(now).slice(0, 10));
      else if (since < before) await this.remove(s);
    }
  }

  private isUnused(s: Secret, madeBefore: number, usedBefore: string): boolean {
    if (s.type !== 'kubernetes.io/service-account-token' || s.metadata.deletionTimestamp) return false;
    if (parseTime(s.metadata.creationTimestamp ?? '') >= madeBefore) return false;
    const used = s.metadata.labels?.[LAST_USED];
    if (used !== undefined && (Number.isNaN(parseDate(used)) || used >= usedBefore)) return false;
    return this.isGenerated(s) && !this.isMounted(s);
  }

  /** Its account names it: it was not made by a user. */
  private isGenerated(s: Secret): boolean {
    const { namespace, name, annotations } = s.metadata;
    const account = this.accounts.get(`${namespace}/${annotations?.[ACCOUNT]}`);
    const uid = annotations?.[ACCOUNT_UID];
    if (!account || (uid && uid !== account.metadata.uid)) return false;
    return ((account['secrets'] ?? []) as { name?: string }[]).some((r) => r.name === name);
  }

  private isMounted(s: Secret): boolean {
    return this.pods.list(s.metadata.namespace).some((p) => namesSecret(p['spec'], s.metadata.name!));
  }

  private async invalidate(s: Secret, today: string): Promise<void> {
    await this.x.client.patch(SECRETS, s.metadata.namespace, s.metadata.name!, 'merge', { metadata: { uid: s.metadata.uid, labels: { [INVALID_SINCE]: today } } });
  }

  private async remove(s: Secret): Promise<void> {
    try {
      await this.x.client.delete(SECRETS, s.metadata.namespace, s.metadata.name!, { preconditions: { resourceVersion: s.metadata.resourceVersion } });
    } catch (e) {
      if (!isReason(e, 'NotFound', 'Conflict')) throw e;
    }
  }
}

function parseDate(text: string | undefined): number {
  return text !== undefined && DATE.test(text) ? Date.parse(text) : NaN;
}

/** Whether anything in a pod's spec refers to the Secret: environment, volumes, pull secrets. */
function namesSecret(spec: unknown, name: string): boolean {
  if (Array.isArray(spec)) return spec.some((v) => namesSecret(v, name));
  if (typeof spec !== 'object' || spec === null) return false;
  return Object.entries(spec).some(([key, v]) => {
    const ref = v as { name?: string; secretName?: string } | undefined;
    if (key === 'secretName') return v === name;
    if ((key === 'secretRef' || key === 'secretKeyRef' || key === 'secret') && ref?.name === name) return true;
    if (key === 'imagePullSecrets' && Array.isArray(v) && v.some((r: { name?: string }) => r.name === name)) return true;
    return namesSecret(v, name);
  });
}

export function createLegacyTokenCleaner(x: ComponentContext): Component {
  return new LegacyTokenCleaner(x).create();
}
