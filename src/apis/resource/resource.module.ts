import { Module } from '@nestjs/common';
import { resourceGroup } from './resource.group';

/** Token of the API group resource.k8s.io. */
export const RESOURCE_GROUP = Symbol('resource.k8s.io');

/** Devices and claims on them. */
@Module({ providers: [{ provide: RESOURCE_GROUP, useValue: resourceGroup }], exports: [RESOURCE_GROUP] })
export class ResourceModule {}
