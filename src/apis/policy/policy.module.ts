import { Module } from '@nestjs/common';
import { policyGroup } from './policy.group';

/** Token of the API group policy. */
export const POLICY_GROUP = Symbol('policy');

/** Disruption budgets. */
@Module({ providers: [{ provide: POLICY_GROUP, useValue: policyGroup }], exports: [POLICY_GROUP] })
export class PolicyModule {}
