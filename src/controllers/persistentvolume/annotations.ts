/** On claims: they have been bound once. */
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
/** On claims and volumes: not the user chose the other side. */
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
/** On claims: the scheduler has chosen a node and wants a volume to be made. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
/** On volumes: who made them. */
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** On volumes: a CSI driver stands in for the type. */
export const MIGRATED_TO = 'pv.kubernetes.io/migrated-to';
/** On volumes: their size before they grew, while their file system has not. */
export const SIZE_BEFORE_RESIZE = 'volume.alpha.kubernetes.io/pre-resize-capacity';
/** On claims: who is to make a volume; both names are read by provisioners. */
export const PROVISIONERS = ['volume.beta.kubernetes.io/storage-provisioner', 'volume.kubernetes.io/storage-provisioner'] as const;
