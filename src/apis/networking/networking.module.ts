import { Module } from '@nestjs/common';
import { networkingGroup } from './networking.group';

/** Token of the API group networking.k8s.io. */
export const NETWORKING_GROUP = Symbol('networking.k8s.io');

/** Ingresses and network policies. */
@Module({ providers: [{ provide: NETWORKING_GROUP, useValue: networkingGroup }], exports: [NETWORKING_GROUP] })
export class NetworkingModule {}
