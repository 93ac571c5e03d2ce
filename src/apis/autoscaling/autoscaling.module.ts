import { Module } from '@nestjs/common';
import { autoscalingGroup } from './autoscaling.group';

/** Token of the API group autoscaling. */
export const AUTOSCALING_GROUP = Symbol('autoscaling');

/** Horizontal pod autoscalers. */
@Module({ providers: [{ provide: AUTOSCALING_GROUP, useValue: autoscalingGroup }], exports: [AUTOSCALING_GROUP] })
export class AutoscalingModule {}
