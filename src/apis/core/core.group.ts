import type { ApiGroup } from '../../apiserver/registry/strategy';
import { binding } from './binding';
import { componentStatus, type ComponentHealth } from './component-status';
import { configMap } from './config-map';
import { endpoints } from './endpoints';
import { event } from './event';
import { limitRange } from './limit-range';
import { namespace } from './namespace';
import { node } from './node/node';
import { persistentVolume } from './persistent-volume/persistent-volume';
import { persistentVolumeClaim } from './persistent-volume-claim/persistent-volume-claim';
import { pod } from './pod/pod';
import { podTemplate } from './pod-template';
import { replicationController } from './replication-controller';
import { resourceQuota } from './resource-quota';
import { secret } from './secret';
import { ServiceAllocator, type ServiceRanges } from './service/allocation';
import { serviceResource } from './service/service';
import { serviceAccountResource } from './service-account';
import type { TokenIssuer } from './service-account-token';

export interface CoreGroupOptions extends ServiceRanges {
  /** Signs tokens of service accounts; without it serviceaccounts/token is not served. */
  tokens?: TokenIssuer;
  /** Asks the parts of the control plane how they are, for componentstatuses; default: nothing is reported. */
  componentHealth?: () => readonly ComponentHealth[];
}

/**
 * /api/v1 of one cluster. Every cluster makes its own, since it holds the cluster's addresses and node ports.
 * @throws Error when a range of `options` is not valid
 */
export function createCoreGroup(options: CoreGroupOptions = {}): ApiGroup {
  return {
    name: '',
    versions: ['v1'],
    resources: [
      binding,
      componentStatus(options.componentHealth ?? (() => [])),
      configMap,
      endpoints,
      event,
      limitRange,
      namespace,
      node,
      persistentVolumeClaim,
      persistentVolume,
      pod,
      podTemplate,
      replicationController,
      resourceQuota,
      secret,
      serviceAccountResource(options.tokens),
      serviceResource(new ServiceAllocator(options)),
    ],
  };
}
