import { Module } from '@nestjs/common';
import { rbacGroup } from './rbac.group';

/** Token of the API group rbac.authorization.k8s.io. */
export const RBAC_GROUP = Symbol('rbac.authorization.k8s.io');

/** Roles and their bindings. */
@Module({ providers: [{ provide: RBAC_GROUP, useValue: rbacGroup }], exports: [RBAC_GROUP] })
export class RbacModule {}
