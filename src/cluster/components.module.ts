import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import type { Component } from '../client/component';
import { CONTROLLERS } from '../controllers/controllers';
import type { ControllerEntry, ControllerOptions } from '../controllers/controllers';
import { KUBELET_FACTORY, KubeletModule } from '../kubelet/kubelet.module';
import type { createKubelet } from '../kubelet/kubelet';
import { PrometheusMetrics } from '../scheduler/prometheus-metrics';
import { SCHEDULER_FACTORY, SchedulerModule } from '../scheduler/scheduler.module';
import type { createScheduler } from '../scheduler/scheduler';
import type { ComponentContexts } from './component-contexts';
import { componentName, selectedComponents } from './options';
import type { ClusterOptions } from './options';
import { schedulerOptions } from './scheduler-config';
import { readStages } from './stage-files';
import { readStaticPods } from './static-pod-files';
import { COMPONENTS, COMPONENT_CONTEXTS, CONTROLLER_OPTIONS } from './tokens';

/** A part of the cluster as the start shows it: what starts together. */
export interface Part {
  name: string;
  components: Component[];
}

/** What can be named in --components. */
export const COMPONENT_NAMES: readonly string[] = [...CONTROLLERS.map((c) => c.name), 'scheduler', 'kubelet'];

/** Those that need the keys of the cluster. */
export const SIGNING: readonly string[] = CONTROLLERS.filter((c) => c.signs).map((c) => c.name);

/** Controllers, scheduler and nodes, each a provider of its own with an identity of its own; only those that were chosen are made. */
@Module({})
export class ComponentsModule {
  /** `foundation`: a module that exports COMPONENT_CONTEXTS and CONTROLLER_OPTIONS. */
  static forRoot(options: Pick<ClusterOptions, 'components' | 'addons' | 'nodes' | 'adoptNodes' | 'schedulerConfig' | 'stages' | 'staticPods'>, foundation: DynamicModule): DynamicModule {
    const chosen = new Set(selectedComponents(options.components, COMPONENT_NAMES));
    const wanted = (c: ControllerEntry): boolean => chosen.has(c.name) && (c.addon === undefined || options.addons.includes(c.addon) || options.components.some((n) => componentName(n) === c.name));
    const controllers = CONTROLLERS.filter(wanted).map(
      (c): FactoryProvider => ({
        provide: `controller/${c.name}`,
        inject: [COMPONENT_CONTEXTS, CONTROLLER_OPTIONS],
        useFactory: (contexts: ComponentContexts, o: ControllerOptions) => c.create(contexts.of(`system:serviceaccount:kube-system:${c.serviceAccount}`, 'kube-controller-manager'), o),
      }),
    );
    const scheduler: FactoryProvider = {
      provide: 'scheduler',
      inject: [SCHEDULER_FACTORY, COMPONENT_CONTEXTS],
      useFactory: (create: typeof createScheduler, contexts: ComponentContexts) => create(contexts.of('system:kube-scheduler', 'kube-scheduler'), schedulerOptions(options.schedulerConfig), new PrometheusMetrics()),
    };
    const stages = chosen.has('kubelet') ? readStages(options.stages) : [];
    const staticPods = chosen.has('kubelet') ? readStaticPods(options.staticPods) : [];
    const kubelet: FactoryProvider = {
      provide: 'kubelet',
      inject: [KUBELET_FACTORY, COMPONENT_CONTEXTS],
      useFactory: (create: typeof createKubelet, contexts: ComponentContexts) => create(contexts.of('system:kubelet', 'kubelet'), { nodes: options.nodes, adopt: options.adoptNodes, stages, staticPods }),
    };
    const groups: [name: string, providers: FactoryProvider[]][] = [
      ['controllers', controllers],
      ['scheduler', chosen.has('scheduler') ? [scheduler] : []],
      ['nodes', chosen.has('kubelet') ? [kubelet] : []],
    ];
    const parts = groups.filter(([, providers]) => providers.length);
    const providers = parts.flatMap(([, p]) => p);
    return {
      module: ComponentsModule,
      imports: [foundation, SchedulerModule, KubeletModule],
      providers: [...providers, { provide: COMPONENTS, inject: providers.map((p) => p.provide), useFactory: (...made: Component[]): Part[] => asParts(parts, made) }],
      exports: [COMPONENTS],
    };
  }
}

function asParts(parts: readonly [name: string, providers: FactoryProvider[]][], made: Component[]): Part[] {
  let from = 0;
  return parts.map(([name, providers]) => ({ name, components: made.slice(from, (from += providers.length)) }));
}
