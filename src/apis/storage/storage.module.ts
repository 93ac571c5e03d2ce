import { Module } from '@nestjs/common';
import { storageGroup } from './storage.group';

/** Token of the API group storage.k8s.io. */
export const STORAGE_GROUP = Symbol('storage.k8s.io');

/** Storage classes and volumes. */
@Module({ providers: [{ provide: STORAGE_GROUP, useValue: storageGroup }], exports: [STORAGE_GROUP] })
export class StorageModule {}
