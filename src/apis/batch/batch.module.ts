import { Module } from '@nestjs/common';
import { batchGroup } from './batch.group';

/** Token of the API group batch. */
export const BATCH_GROUP = Symbol('batch');

/** Jobs. */
@Module({ providers: [{ provide: BATCH_GROUP, useValue: batchGroup }], exports: [BATCH_GROUP] })
export class BatchModule {}
