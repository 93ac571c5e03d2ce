import { forbidden, notFound } from '../../api/errors/status-error';
import type { AdmissionPlugin, AdmissionRequest, Operation } from './admission';
import type { ResourceDefinition } from '../registry/strategy';
import { refusal } from './refusal';

const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' };
/** Namespaces that the cluster cannot do without. */
const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);

/**
 * NamespaceLifecycle: nothing is created in a namespace that is absent (404) or being deleted (403 with the cause
 * NamespaceTerminating), and the immortal namespaces cannot be deleted. Access reviews may always be made.
 */
export class NamespaceLifecycle implements AdmissionPlugin {
  readonly name = 'NamespaceLifecycle';

  handles(definition: ResourceDefinition, operation: Operation, subresource: string | undefined): boolean {
    if (definition.gvk.group === '' && definition.plural === 'namespaces') return operation === 'DELETE' && subresource === undefined;
    if (definition.plural === 'localsubjectaccessreviews') return false;
    return definition.namespaced && operation === 'CREATE';
  }

  admit(r: AdmissionRequest): void {
    if (r.operation === 'DELETE') {
      if (IMMORTAL.has(r.name!)) throw forbidden({ group: '', resource: 'namespaces' }, r.name!, 'this namespace may not be deleted');
      return;
    }
    const ns = r.ctx.lookup.get(NAMESPACES, undefined, r.namespace!);
    if (!ns) throw notFound({ group: '', resource: 'namespaces' }, r.namespace!);
    if (!ns.metadata.deletionTimestamp && ns.status?.phase !== 'Terminating') return;
    throw refusal(r, `unable to create new content in namespace ${r.namespace} because it is being terminated`, [
      { reason: 'NamespaceTerminating', message: `namespace ${r.namespace} is being terminated`, field: 'metadata.namespace' },
    ]);
  }
}
