import { type DynamicModule, Module } from '@nestjs/common';
import { everythingAllowed, type AccessDecider } from './access';
import { createAuthorizationGroup } from './authorization.group';

/** Token of the API group authorization.k8s.io. */
export const AUTHORIZATION_GROUP = Symbol('authorization.k8s.io');

/** What somebody may do; `decider` answers access reviews. */
@Module({})
export class AuthorizationModule {
  static forRoot(decider: AccessDecider = everythingAllowed): DynamicModule {
    return { module: AuthorizationModule, providers: [{ provide: AUTHORIZATION_GROUP, useValue: createAuthorizationGroup(decider) }], exports: [AUTHORIZATION_GROUP] };
  }
}
