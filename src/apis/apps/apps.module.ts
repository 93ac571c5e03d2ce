import { Module } from '@nestjs/common';
import { appsGroup } from './apps.group';

/** Token of the API group apps. */
export const APPS_GROUP = Symbol('apps');

/** Controllers of pods. */
@Module({ providers: [{ provide: APPS_GROUP, useValue: appsGroup }], exports: [APPS_GROUP] })
export class AppsModule {}
