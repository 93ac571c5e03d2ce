import { Module } from '@nestjs/common';
import { eventsGroup } from './events.group';

/** Token of the API group events.k8s.io. */
export const EVENTS_GROUP = Symbol('events.k8s.io');

/** Events. */
@Module({ providers: [{ provide: EVENTS_GROUP, useValue: eventsGroup }], exports: [EVENTS_GROUP] })
export class EventsModule {}
