import { type DynamicModule, Module } from '@nestjs/common';
import { ADMISSIONREGISTRATION_GROUP, AdmissionregistrationModule } from '../apis/admissionregistration/admissionregistration.module';
import { APIEXTENSIONS_GROUP, ApiextensionsModule } from '../apis/apiextensions/apiextensions.module';
import { APIREGISTRATION_GROUP, ApiregistrationModule } from '../apis/apiregistration/apiregistration.module';
import { APPS_GROUP, AppsModule } from '../apis/apps/apps.module';
import { AUTHENTICATION_GROUP, AuthenticationModule } from '../apis/authentication/authentication.module';
import { AUTHORIZATION_GROUP, AuthorizationModule } from '../apis/authorization/authorization.module';
import { AUTOSCALING_GROUP, AutoscalingModule } from '../apis/autoscaling/autoscaling.module';
import { BATCH_GROUP, BatchModule } from '../apis/batch/batch.module';
import { CERTIFICATES_GROUP, CertificatesModule } from '../apis/certificates/certificates.module';
import { COORDINATION_GROUP, CoordinationModule } from '../apis/coordination/coordination.module';
import { DISCOVERY_GROUP, DiscoveryModule } from '../apis/discovery/discovery.module';
import { EVENTS_GROUP, EventsModule } from '../apis/events/events.module';
import { FLOWCONTROL_GROUP, FlowcontrolModule } from '../apis/flowcontrol/flowcontrol.module';
import { NETWORKING_GROUP, NetworkingModule } from '../apis/networking/networking.module';
import { NODE_GROUP, NodeModule } from '../apis/node/node.module';
import { POLICY_GROUP, PolicyModule } from '../apis/policy/policy.module';
import { RBAC_GROUP, RbacModule } from '../apis/rbac/rbac.module';
import { RESOURCE_GROUP, ResourceModule } from '../apis/resource/resource.module';
import { SCHEDULING_GROUP, SchedulingModule } from '../apis/scheduling/scheduling.module';
import { STORAGE_GROUP, StorageModule } from '../apis/storage/storage.module';
import type { ComponentHealth } from '../apis/core/component-status';
import { CORE_GROUP, CoreModule } from '../apis/core/core.module';
import type { ServiceAccountTokens } from '../apiserver/authn/service-account-tokens';
import type { ApiGroup } from '../apiserver/registry/strategy';
import { API_GROUPS } from './tokens';

/** In the order in which discovery lists them. */
const IN_ORDER = [CORE_GROUP, APIREGISTRATION_GROUP, APPS_GROUP, EVENTS_GROUP, AUTHENTICATION_GROUP, AUTHORIZATION_GROUP, AUTOSCALING_GROUP, BATCH_GROUP, CERTIFICATES_GROUP, NETWORKING_GROUP, POLICY_GROUP, RBAC_GROUP, STORAGE_GROUP, ADMISSIONREGISTRATION_GROUP, APIEXTENSIONS_GROUP, SCHEDULING_GROUP, COORDINATION_GROUP, NODE_GROUP, DISCOVERY_GROUP, RESOURCE_GROUP, FLOWCONTROL_GROUP];

/** Every API group of one cluster, each from the module of its own. A group is added here, and nowhere else. */
@Module({})
export class ApiGroupsModule {
  /** `tokens` signs and judges the tokens of service accounts; `componentHealth` answers componentstatuses. */
  static forRoot(tokens: ServiceAccountTokens, componentHealth?: () => readonly ComponentHealth[]): DynamicModule {
    return {
      module: ApiGroupsModule,
      imports: [CoreModule.forRoot({ tokens, componentHealth }), ApiregistrationModule, AppsModule, EventsModule, AuthenticationModule.forRoot(tokens), AuthorizationModule.forRoot(), AutoscalingModule, BatchModule, CertificatesModule, NetworkingModule, PolicyModule, RbacModule, StorageModule, AdmissionregistrationModule, ApiextensionsModule, SchedulingModule, CoordinationModule, NodeModule, DiscoveryModule, ResourceModule, FlowcontrolModule],
      providers: [{ provide: API_GROUPS, inject: IN_ORDER, useFactory: (...groups: ApiGroup[]) => groups }],
      exports: [API_GROUPS],
    };
  }
}
