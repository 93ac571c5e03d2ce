import { ageOf } from '../../api/meta/duration';
import type { Column } from '../registry/strategy';

/** The columns of an autoscaling/v1 Scale, whatever it scales. */
export const scaleColumns: readonly Column[] = [
  { name: 'Name', type: 'string', cell: (o) => o.metadata.name ?? '' },
  { name: 'Desired', type: 'integer', cell: (o) => Number((o.spec as { replicas?: number } | undefined)?.replicas ?? 0) },
  { name: 'Available', type: 'integer', cell: (o) => Number((o.status as { replicas?: number } | undefined)?.replicas ?? 0) },
  { name: 'Age', type: 'string', cell: (o, now) => ageOf(o.metadata.creationTimestamp, now) },
];
