import { Module } from '@nestjs/common';
import { discoveryGroup } from './discovery.group';

/** Token of the API group discovery.k8s.io. */
export const DISCOVERY_GROUP = Symbol('discovery.k8s.io');

/** Endpoint slices. */
@Module({ providers: [{ provide: DISCOVERY_GROUP, useValue: discoveryGroup }], exports: [DISCOVERY_GROUP] })
export class DiscoveryModule {}
