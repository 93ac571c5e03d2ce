import { Module } from '@nestjs/common';
import { flowcontrolGroup } from './flowcontrol.group';

/** Token of the API group flowcontrol.apiserver.k8s.io. */
export const FLOWCONTROL_GROUP = Symbol('flowcontrol.apiserver.k8s.io');

/** Priority and fairness of requests. */
@Module({ providers: [{ provide: FLOWCONTROL_GROUP, useValue: flowcontrolGroup }], exports: [FLOWCONTROL_GROUP] })
export class FlowcontrolModule {}
