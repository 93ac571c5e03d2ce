import { Module } from '@nestjs/common';
import { schedulingGroup } from './scheduling.group';

/** Token of the API group scheduling.k8s.io. */
export const SCHEDULING_GROUP = Symbol('scheduling.k8s.io');

/** Priority classes. */
@Module({ providers: [{ provide: SCHEDULING_GROUP, useValue: schedulingGroup }], exports: [SCHEDULING_GROUP] })
export class SchedulingModule {}
