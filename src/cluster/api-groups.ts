import { admissionregistrationGroup } from '../apis/admissionregistration/admissionregistration.group';
import { apiextensionsGroup } from '../apis/apiextensions/apiextensions.group';
import { apiregistrationGroup } from '../apis/apiregistration/apiregistration.group';
import { appsGroup } from '../apis/apps/apps.group';
import { authenticationGroup } from '../apis/authentication/authentication.group';
import { authorizationGroup } from '../apis/authorization/authorization.group';
import { autoscalingGroup } from '../apis/autoscaling/autoscaling.group';
import { batchGroup } from '../apis/batch/batch.group';
import { certificatesGroup } from '../apis/certificates/certificates.group';
import { coordinationGroup } from '../apis/coordination/coordination.group';
import { createCoreGroup } from '../apis/core/core.group';
import { discoveryGroup } from '../apis/discovery/discovery.group';
import { eventsGroup } from '../apis/events/events.group';
import { flowcontrolGroup } from '../apis/flowcontrol/flowcontrol.group';
import { networkingGroup } from '../apis/networking/networking.group';
import { nodeGroup } from '../apis/node/node.group';
import { policyGroup } from '../apis/policy/policy.group';
import { rbacGroup } from '../apis/rbac/rbac.group';
import { resourceGroup } from '../apis/resource/resource.group';
import { schedulingGroup } from '../apis/scheduling/scheduling.group';
import { storageGroup } from '../apis/storage/storage.group';
import type { ApiGroup } from '../apiserver/registry/strategy';

export function apiGroups(): ApiGroup[] {
  return [createCoreGroup(), apiregistrationGroup, appsGroup, eventsGroup, authenticationGroup, authorizationGroup, autoscalingGroup, batchGroup, certificatesGroup, networkingGroup, policyGroup, rbacGroup, storageGroup, admissionregistrationGroup, apiextensionsGroup, schedulingGroup, coordinationGroup, nodeGroup, discoveryGroup, resourceGroup, flowcontrolGroup];
}
