import { Module } from '@nestjs/common';
import { coordinationGroup } from './coordination.group';

/** Token of the API group coordination.k8s.io. */
export const COORDINATION_GROUP = Symbol('coordination.k8s.io');

/** Leases. */
@Module({ providers: [{ provide: COORDINATION_GROUP, useValue: coordinationGroup }], exports: [COORDINATION_GROUP] })
export class CoordinationModule {}
