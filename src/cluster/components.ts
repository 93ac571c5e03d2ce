import { createEndpointSliceController } from '../controllers/endpointslice/endpointslice-controller';
import type { Component } from '../client/component';
import { createScheduler } from '../scheduler/scheduler';
import { selectedComponents } from './options';
import type { ClusterOptions } from './options';
import type { ComponentContexts } from './component-contexts';
import type { Pki } from './pki';
import type { HealthRegistry } from '../apiserver/http/health';
import { COMPONENT_NAMES } from './component-names';

/** A part of the cluster as the start shows it. */
export interface Part {
  name: string;
  components: Component[];
}

/** Makes the components that were chosen, each with an identity of its own, in the order of their start. */
export function makeComponents(options: ClusterOptions, contexts: ComponentContexts, _pki: Pki, health: HealthRegistry): Part[] {
  void createEndpointSliceController;
  const chosen = new Set(selectedComponents(options.components, COMPONENT_NAMES));
  const parts: Part[] = [];
  if (chosen.has('scheduler')) parts.push({ name: 'scheduler', components: [createScheduler(contexts.of('system:kube-scheduler', 'kube-scheduler'))] });
  for (const p of parts) for (const c of p.components) health.add(`component/${c.name}`, () => (c.ready() ? undefined : 'not in sync'), ['readyz']);
  return parts;
}
