import type { ApiGroup } from '../../apiserver/registry/strategy';
import { mutatingAdmissionPolicy, validatingAdmissionPolicy } from './admission-policies';
import { mutatingAdmissionPolicyBinding, validatingAdmissionPolicyBinding } from './policy-bindings';
import { mutatingWebhookConfiguration, validatingWebhookConfiguration } from './webhook-configurations';

/** admissionregistration.k8s.io: who else decides about requests. */
export const admissionregistrationGroup: ApiGroup = {
  name: 'admissionregistration.k8s.io',
  versions: ['v1'],
  resources: [
    mutatingAdmissionPolicy,
    mutatingAdmissionPolicyBinding,
    mutatingWebhookConfiguration,
    validatingAdmissionPolicy,
    validatingAdmissionPolicyBinding,
    validatingWebhookConfiguration,
  ],
};
