import { isReason } from '../../api/errors/status-error';
import { keyOf } from '../../api/meta/object';
import { CacheLag } from '../../client/cache-lag';
import type { Component, ComponentContext } from '../../client/component';
import { QueueComponent } from '../../client/queue-component';
import { ENDPOINT_SLICES, ENDPOINTS, SERVICES } from '../../client/resources';
import type { Plan } from '../endpointslice/slice-plan';
import type { EndpointSlice } from '../endpointslice/slice-types';
import { MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from '../endpointslice/slice-types';
import { namespaceTerminating } from '../shared/errors';
import type { Service } from '../shared/service';
import { Written } from '../shared/written';
import type { Endpoints } from './mirror';
import { MIRROR_MANAGER, MOST_ADDRESSES, planMirror } from './mirror';

/** Copies Endpoints that were made by hand, for Services without selector, to EndpointSlices. */
export function createEndpointSliceMirroringController(x: ComponentContext): Component {
  const services = x.caches.informer<Service>(SERVICES);
  const endpoints = x.caches.informer<Endpoints>(ENDPOINTS);
  const slices = x.caches.informer<EndpointSlice>(ENDPOINT_SLICES);
  slices.addIndex('mirrored', (s) => (isManaged(s) ? [serviceKey(s)] : []));
  const written = new Written(slices, x.clock);
  const events = x.events.recorder('endpoint-slice-mirroring-controller');

  /** What is to be mirrored; undefined: nothing. */
  const sourceOf = (key: string): Endpoints | undefined => {
    const o = endpoints.get(key);
    const service = services.get(key);
    return o && isMirrored(o) && service && service.spec.selector === undefined ? o : undefined;
  };
  const carryOut = async (key: string, plan: Plan, deleting: boolean): Promise<void> => {
    try {
      if (!deleting) for (const s of plan.create) written.stored(key, await x.client.create(ENDPOINT_SLICES, s));
    } catch (e) {
      if (namespaceTerminating(e)) return;
      throw e;
    }
    for (const s of plan.update) written.stored(key, await x.client.update(ENDPOINT_SLICES, s));
    for (const s of plan.delete) {
      try {
        await x.client.delete(ENDPOINT_SLICES, s.metadata.namespace, s.metadata.name!);
        written.deleted(key, s);
      } catch (e) {
        if (!isReason(e, 'NotFound')) throw e;
      }
    }
  };
  return new QueueComponent({
    ...x,
    name: 'endpointslice-mirroring-controller',
    setup: (queue) => {
      const service = (s: Service, old?: Service): void => {
        if (!old ? s.spec.selector === undefined : (s.spec.selector === undefined) !== (old.spec.selector === undefined)) queue.add(keyOf(s));
      };
      const source = (o: Endpoints, old?: Endpoints): void => {
        if (isMirrored(o) || (old && isMirrored(old))) queue.add(keyOf(o));
      };
      const slice = (s: EndpointSlice, old?: EndpointSlice): void => {
        for (const each of old ? [s, old] : [s]) if (isManaged(each)) queue.add(serviceKey(each));
      };
      return [
        services.subscribe({ added: (s) => service(s), updated: service, deleted: (s) => service(s) }),
        endpoints.subscribe({ added: (o) => source(o), updated: source, deleted: (o) => source(o) }),
        slices.subscribe({ added: (s) => slice(s), updated: slice, deleted: (s) => slice(s) }),
        written.subscription,
      ];
    },
    async reconcile(key) {
      if (written.isBehind(key)) throw new CacheLag('EndpointSlices');
      const existing = slices.byIndex('mirrored', key);
      const o = sourceOf(key);
      if (!o) return carryOut(key, { create: [], update: [], delete: [...existing] }, false);
      const plan = planMirror(o, existing);
      if (plan.invalid > 0) events.event(o, 'Warning', 'InvalidIPAddress', `Skipped ${plan.invalid} invalid IP addresses when mirroring to EndpointSlices`);
      if (plan.skipped > plan.invalid) {
        const text = `A max of ${MOST_ADDRESSES} addresses can be mirrored to EndpointSlices per Endpoints subset. ${plan.skipped} addresses were skipped`;
        events.event(o, 'Warning', 'TooManyAddressesToMirror', text);
      }
      await carryOut(key, plan, o.metadata.deletionTimestamp !== undefined);
    },
  });
}

function isMirrored(o: Endpoints): boolean {
  return o.metadata.labels?.['endpointslice.kubernetes.io/skip-mirror'] !== 'true' && o.metadata.annotations?.['control-plane.alpha.kubernetes.io/leader'] === undefined;
}

function isManaged(s: EndpointSlice): boolean {
  return s.metadata.labels?.[MANAGED_BY_LABEL] === MIRROR_MANAGER && s.metadata.labels[SERVICE_NAME_LABEL] !== undefined;
}

function serviceKey(s: EndpointSlice): string {
  return `${s.metadata.namespace}/${s.metadata.labels?.[SERVICE_NAME_LABEL]}`;
}
