import { type DynamicModule, Module } from '@nestjs/common';
import { createCoreGroup } from './core.group';
import type { CoreGroupOptions } from './core.group';

/** Token of the core API group, /api/v1. */
export const CORE_GROUP = Symbol('core');

/** Pods, services, nodes and everything else under /api/v1; each cluster has its own, since it holds the cluster's addresses. */
@Module({})
export class CoreModule {
  static forRoot(options: CoreGroupOptions = {}): DynamicModule {
    return { module: CoreModule, providers: [{ provide: CORE_GROUP, useFactory: () => createCoreGroup(options) }], exports: [CORE_GROUP] };
  }
}
