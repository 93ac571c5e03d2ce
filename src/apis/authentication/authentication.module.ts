import { type DynamicModule, Module } from '@nestjs/common';
import { createAuthenticationGroup } from './authentication.group';
import { noTokens, type TokenVerifier } from './token-review';

/** Token of the API group authentication.k8s.io. */
export const AUTHENTICATION_GROUP = Symbol('authentication.k8s.io');

/** Who somebody is; `verifier` answers TokenReviews. */
@Module({})
export class AuthenticationModule {
  static forRoot(verifier: TokenVerifier = noTokens): DynamicModule {
    return { module: AuthenticationModule, providers: [{ provide: AUTHENTICATION_GROUP, useValue: createAuthenticationGroup(verifier) }], exports: [AUTHENTICATION_GROUP] };
  }
}
