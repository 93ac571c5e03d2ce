import type { GVR } from '../../api/meta/object';
import type { LabelSelector } from '../../api/selectors/label-selector';
import { selectorFrom, selectorFromSet } from '../../api/selectors/label-selector';
import { REPLICA_SETS, REPLICATION_CONTROLLERS } from '../../client/resources';
import type { Condition, PodTemplate } from '../shared/types';
import type { KubeObject } from '../../api/meta/object';

/** A ReplicaSet or a ReplicationController. */
export interface ReplicaOwner extends KubeObject {
  spec: { replicas?: number; minReadySeconds?: number; selector?: Record<string, unknown>; template: PodTemplate };
  status?: ReplicaStatus;
}

export interface ReplicaStatus {
  replicas: number;
  fullyLabeledReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  terminatingReplicas?: number;
  observedGeneration?: number;
  conditions?: Condition[];
}

/** What differs between the two kinds that keep a number of pods. */
export interface Flavour {
  /** Name of the component and source of its events. */
  name: string;
  source: string;
  gvr: GVR;
  kind: string;
  selector(o: ReplicaOwner): LabelSelector;
  /** status.terminatingReplicas is kept. */
  countsTerminating: boolean;
}

export const REPLICA_SET: Flavour = {
  name: 'replicaset-controller',
  source: 'replicaset-controller',
  gvr: REPLICA_SETS,
  kind: 'ReplicaSet',
  selector: (o) => selectorFrom(o.spec.selector),
  countsTerminating: true,
};

export const REPLICATION_CONTROLLER: Flavour = {
  name: 'replicationcontroller-controller',
  source: 'replication-controller',
  gvr: REPLICATION_CONTROLLERS,
  kind: 'ReplicationController',
  selector: (o) => selectorFromSet(o.spec.selector as Record<string, string> | undefined),
  countsTerminating: false,
};
