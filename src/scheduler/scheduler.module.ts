import { Module } from '@nestjs/common';
import { createScheduler } from './scheduler';

/** Token of the function that makes the scheduler; the composition root gives it its identity, caches and options. */
export const SCHEDULER_FACTORY = Symbol('scheduler factory');

@Module({
  providers: [{ provide: SCHEDULER_FACTORY, useValue: createScheduler }],
  exports: [SCHEDULER_FACTORY],
})
export class SchedulerModule {}
