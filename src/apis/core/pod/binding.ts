import { notSupported, required, summarize, type FieldError } from '../../../api/errors/field-error';
import { badRequest, conflict, StatusError } from '../../../api/errors/status-error';
import type { KubeObject } from '../../../api/meta/object';
import type { ActionContext, ActionSubresource } from '../../../apiserver/registry/strategy';
import type { Raw } from '../../shared/raw';
import { podCondition, setPodCondition } from './create';

const PODS = { group: '', resource: 'pods' };

function validateTarget(target: Raw): void {
  const errors: FieldError[] = [];
  if (target.kind && target.kind !== 'Node') errors.push(notSupported('target.kind', target.kind, ['Node', '<empty>']));
  if (!target.name) errors.push(required('target.name'));
  // not an Invalid: upstream returns the bare list, which the server answers with 500
  if (errors.length) throw new StatusError(500, undefined, summarize(errors));
}

/** What a Binding demands of the pod it was made for. */
function checkPreconditions(c: ActionContext, pod: KubeObject, binding: KubeObject): void {
  const fail = (what: string, wanted: string, is: string | undefined): StatusError =>
    conflict(
      PODS,
      c.name,
      `StorageError: invalid object, Code: 4, Key: /registry/pods/${c.namespace}/${c.name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${is ?? ''}`,
    );
  const { uid, resourceVersion } = binding.metadata;
  if (uid && uid !== pod.metadata.uid) throw fail('UID', uid, pod.metadata.uid);
  if (resourceVersion && resourceVersion !== pod.metadata.resourceVersion) throw fail('ResourceVersion', resourceVersion, pod.metadata.resourceVersion);
}

function refusal(pod: KubeObject): string | undefined {
  const name = pod.metadata.name;
  if (pod.metadata.deletionTimestamp) return `pod ${name} is being deleted, cannot be assigned to a host`;
  if (pod.spec.nodeName) return `pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`;
  return pod.spec.schedulingGates?.length ? `pod ${name} has non-empty .spec.schedulingGates` : undefined;
}

/** pods/binding: gives a pod its node; annotations and labels of the Binding are added to the pod's. */
export const podBinding: ActionSubresource = {
  type: 'action',
  gvk: { group: '', version: 'v1', kind: 'Binding' },
  schema: 'io.k8s.api.core.v1.Binding',
  async create(c, binding) {
    if (binding.metadata.name !== c.name) throw badRequest('name in URL does not match name in Binding object');
    validateTarget((binding.target ?? {}) as Raw);
    await c.updateTarget((pod) => {
      checkPreconditions(c, pod, binding);
      const why = refusal(pod);
      if (why) throw conflict({ group: '', resource: 'pods/binding' }, c.name, why);
      pod.spec.nodeName = binding.target.name;
      const { annotations, labels } = binding.metadata;
      if (annotations) pod.metadata.annotations = { ...pod.metadata.annotations, ...annotations };
      if (labels) pod.metadata.labels = { ...pod.metadata.labels, ...labels };
      const status = (pod.status ??= {}) as Raw;
      delete status.nominatedNodeName;
      setPodCondition(status, podCondition(c.clock.now(), 'PodScheduled', 'True'));
    });
    return undefined;
  },
};
