import { keyOf } from '../../api/meta/object';
import type { Client } from '../../client/client';
import type { Informer } from '../../client/informer';
import { PODS, RESOURCE_CLAIMS } from '../../client/resources';
import type { Pod } from '../shared/types';
import type { Written } from '../shared/written';
import { claimName, podClaims } from './types';
import type { PodClaim, ResourceClaim, ResourceClaimTemplate } from './types';

const FOR = 'resource.kubernetes.io/pod-claim-name';
const BY_POD = 'owner-pod';
/** What a generated name may have before its last dash and five letters. */
const MAX_BASE = 57;

/** The claims that are made for pods out of templates, one for each entry of each pod. */
export class TemplateClaims {
  constructor(
    private readonly client: Client,
    private readonly claims: Informer<ResourceClaim>,
    private readonly templates: Informer<ResourceClaimTemplate>,
    private readonly written: Written,
  ) {
    claims.addIndex(BY_POD, (c) => (c.metadata.ownerReferences ?? []).filter((r) => r.controller && r.kind === 'Pod' && r.apiVersion === 'v1').map((r) => r.uid));
  }

  /** Makes what is missing and notes the names in the pod's status. `failed` is told before this throws. */
  async provide(pod: Pod, failed: (claim: string, e: Error) => void): Promise<void> {
    const names: { name: string; resourceClaimName: string }[] = [];
    for (const c of podClaims(pod)) {
      if (c.resourceClaimTemplateName === undefined || this.isThere(pod, c)) continue;
      try {
        names.push({ name: c.name, resourceClaimName: (await this.claimFor(pod, c)).metadata.name! });
      } catch (e) {
        failed(c.name, e as Error);
        throw new Error(`pod ${keyOf(pod)}, PodResourceClaim ${c.name}: ${(e as Error).message}`, { cause: e });
      }
    }
    if (names.length === 0) return;
    const { namespace, name } = pod.metadata;
    const applied = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, status: { resourceClaimStatuses: names } };
    await this.client.patch(PODS, namespace, name!, 'apply', applied, { subresource: 'status', fieldManager: 'ResourceClaimController', force: true });
  }

  private isThere(pod: Pod, c: PodClaim): boolean {
    const noted = claimName(pod, c);
    if (!noted) return false;
    if (noted.name === null) return true;
    const claim = this.claims.get(`${pod.metadata.namespace}/${noted.name}`);
    return claim !== undefined && this.isOf(pod, claim);
  }

  private isOf(pod: Pod, claim: ResourceClaim): boolean {
    return claim.metadata.ownerReferences?.some((r) => r.controller && r.uid === pod.metadata.uid) ?? false;
  }

  private async claimFor(pod: Pod, c: PodClaim): Promise<ResourceClaim> {
    const made = this.claims.byIndex(BY_POD, pod.metadata.uid!).find((o) => o.metadata.annotations?.[FOR] === c.name);
    if (made) return made;
    const { namespace, name, uid } = pod.metadata;
    const template = this.templates.get(`${namespace}/${c.resourceClaimTemplateName}`);
    if (!template) throw new Error(`resource claim template "${c.resourceClaimTemplateName}": resourceclaimtemplate.resource.k8s.io "${c.resourceClaimTemplateName}" not found`);
    const { labels, annotations } = template.spec.metadata ?? {};
    const claim = await this.client.create<ResourceClaim>(RESOURCE_CLAIMS, {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaim',
      metadata: {
        generateName: baseName(name!, c.name),
        namespace,
        ...(labels ? { labels } : {}),
        annotations: { ...annotations, [FOR]: c.name },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: name!, uid: uid!, controller: true }],
      },
      spec: template.spec.spec,
    });
    this.written.stored(keyOf(pod), claim);
    return claim;
  }
}

/** pod-claim-, both shortened in proportion when that is too long. */
function baseName(pod: string, claim: string): string {
  const full = `${pod}-${claim}-`;
  if (full.length <= MAX_BASE) return full;
  const first = `${pod.slice(0, Math.floor((pod.length * MAX_BASE) / full.length))}-`;
  return first + claim.slice(0, Math.floor((claim.length * MAX_BASE) / full.length));
}
