import type { KubeObject, ObjectMeta } from '../../api/meta/object';
import type { LabelSelectorSpec } from '../../api/selectors/label-selector';
import type { PodTemplate } from '../shared/types';

export interface ClaimTemplate {
  metadata: ObjectMeta;
  spec: Record<string, unknown>;
}

export interface StatefulSetStatus {
  replicas: number;
  availableReplicas: number;
  readyReplicas?: number;
  currentReplicas?: number;
  updatedReplicas?: number;
  currentRevision?: string;
  updateRevision?: string;
  observedGeneration?: number;
  collisionCount?: number;
}

export interface StatefulSet extends KubeObject {
  spec: {
    replicas?: number;
    selector: LabelSelectorSpec;
    template: PodTemplate;
    serviceName?: string;
    podManagementPolicy?: string;
    updateStrategy: { type: string; rollingUpdate?: { partition?: number } };
    volumeClaimTemplates?: ClaimTemplate[];
    persistentVolumeClaimRetentionPolicy?: { whenDeleted: string; whenScaled: string };
    minReadySeconds?: number;
    revisionHistoryLimit?: number;
    ordinals?: { start: number };
  };
  status: StatefulSetStatus;
}
