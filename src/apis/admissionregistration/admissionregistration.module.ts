import { Module } from '@nestjs/common';
import { admissionregistrationGroup } from './admissionregistration.group';

/** Token of the API group admissionregistration.k8s.io. */
export const ADMISSIONREGISTRATION_GROUP = Symbol('admissionregistration.k8s.io');

/** Checks and changes of requests by webhooks and policies. */
@Module({ providers: [{ provide: ADMISSIONREGISTRATION_GROUP, useValue: admissionregistrationGroup }], exports: [ADMISSIONREGISTRATION_GROUP] })
export class AdmissionregistrationModule {}
