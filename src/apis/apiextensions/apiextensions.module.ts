import { Module } from '@nestjs/common';
import { apiextensionsGroup } from './apiextensions.group';

/** Token of the API group apiextensions.k8s.io. */
export const APIEXTENSIONS_GROUP = Symbol('apiextensions.k8s.io');

/** Custom resource definitions. */
@Module({ providers: [{ provide: APIEXTENSIONS_GROUP, useValue: apiextensionsGroup }], exports: [APIEXTENSIONS_GROUP] })
export class ApiextensionsModule {}
