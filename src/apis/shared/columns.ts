import { ageOf } from '../../api/meta/duration';
import type { KubeObject } from '../../api/meta/object';
import type { Column } from '../../apiserver/registry/strategy';
import type { Raw } from './raw';

/** The first column of every table. */
export const nameColumn: Column = { name: 'Name', type: 'string', format: 'name', cell: (o) => o.metadata.name ?? '' };

/** How long ago the object was created. */
export const ageColumn: Column = { name: 'Age', type: 'string', cell: (o, now) => ageOf(o.metadata.creationTimestamp, now) };

/** 'Created At': the bare time, for kinds without a table of their own. */
export const createdAtColumn: Column = { name: 'Created At', type: 'date', cell: (o) => o.metadata.creationTimestamp ?? null };

/** 'a=b,c=d' in order of the keys, or '<none>'. */
export function formatLabels(labels: Record<string, string> | undefined): string {
  if (!labels) return '<none>';
  const keys = Object.keys(labels).sort();
  return keys.length ? keys.map((k) => `${k}=${labels[k]}`).join(',') : '<none>';
}

/** Names of a pod template's containers: the CONTAINERS cell. */
export function containerNames(template: Raw | undefined): string {
  return joinField(template, 'name');
}

/** Images of a pod template's containers: the IMAGES cell. */
export function containerImages(template: Raw | undefined): string {
  return joinField(template, 'image');
}

function joinField(template: Raw | undefined, field: 'name' | 'image'): string {
  const containers = template?.spec?.containers as Raw[] | undefined;
  return containers ? containers.map((c) => (c[field] as string | undefined) ?? '').join(',') : '';
}

/** The wide columns Containers and Images of kinds with a pod template. */
export function templateColumns(template: (o: KubeObject) => Raw | undefined): Column[] {
  return [
    { name: 'Containers', type: 'string', priority: 1, cell: (o) => containerNames(template(o)) },
    { name: 'Images', type: 'string', priority: 1, cell: (o) => containerImages(template(o)) },
  ];
}
