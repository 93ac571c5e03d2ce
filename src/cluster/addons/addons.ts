import type { KubeObject } from '../../api/meta/object';
import cloud from './cloud.json';
import storage from './storage.json';

const OBJECTS: Readonly<Record<string, readonly object[]>> = { cloud, storage };

/** What an add-on puts into the cluster; nothing for `none`. Fresh copies, in the order in which they can be created. */
export function addonObjects(names: readonly string[]): KubeObject[] {
  return structuredClone(names.flatMap((n) => OBJECTS[n] ?? [])) as KubeObject[];
}
