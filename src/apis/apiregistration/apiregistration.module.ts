import { Module } from '@nestjs/common';
import { apiregistrationGroup } from './apiregistration.group';

/** Token of the API group apiregistration.k8s.io. */
export const APIREGISTRATION_GROUP = Symbol('apiregistration.k8s.io');

/** API services. */
@Module({ providers: [{ provide: APIREGISTRATION_GROUP, useValue: apiregistrationGroup }], exports: [APIREGISTRATION_GROUP] })
export class ApiregistrationModule {}
