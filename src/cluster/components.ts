import type { HealthRegistry } from '../apiserver/http/health';
import type { Component } from '../client/component';
import { CONTROLLERS } from '../controllers/controllers';
import { createScheduler } from '../scheduler/scheduler';
import type { ComponentContexts } from './component-contexts';
import { selectedComponents } from './options';
import type { ClusterOptions } from './options';
import type { Pki } from './pki';

/** A part of the cluster as the start shows it. */
export interface Part {
  name: string;
  components: Component[];
}

/** What can be named in --components. */
export const COMPONENT_NAMES: readonly string[] = [...CONTROLLERS.map((c) => c.name), 'scheduler', 'kubelet'];

/** Makes the components that were chosen, each with an identity of its own, in the order of their start. */
export function makeComponents(options: ClusterOptions, contexts: ComponentContexts, pki: Pki, health: HealthRegistry): Part[] {
  const chosen = new Set(selectedComponents(options.components, COMPONENT_NAMES));
  const controllers = CONTROLLERS.filter((c) => chosen.has(c.name)).map((c) =>
    c.create(contexts.of(`system:serviceaccount:kube-system:${c.serviceAccount}`, 'kube-controller-manager'), { rootCa: pki.ca.cert }),
  );
  const parts: Part[] = [
    { name: 'controllers', components: controllers },
    { name: 'scheduler', components: chosen.has('scheduler') ? [createScheduler(contexts.of('system:kube-scheduler', 'kube-scheduler'))] : [] },
  ];
  for (const p of parts) for (const c of p.components) health.add(`component/${c.name}`, () => (c.ready() ? undefined : 'not in sync'), ['readyz']);
  return parts.filter((p) => p.components.length);
}
