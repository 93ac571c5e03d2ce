import { compareText } from '../go-format';
import { decodeFieldsV1, encodeFieldsV1 } from './fields-v1';
import { type Manager, type Managers, newManager } from './managers';

const MAX_UPDATERS = 10;
const BUCKET = 'ancient-changes';

/** Keeps the number of managers from updates at ten: the oldest ones of a version are put together as "ancient-changes". */
export function capUpdaters(managers: Managers): void {
  let count = 0;
  for (const m of managers.values()) if (!m.applied) count++;
  if (count <= MAX_UPDATERS) return;
  const oldestFirst = [...managers.values()].filter((m) => !m.applied).sort((a, b) => compareText(a.time ?? '', b.time ?? '') || compareText(a.id, b.id));
  const firstOfVersion = new Map<string, Manager>();
  for (const m of oldestFirst) {
    if (count <= MAX_UPDATERS) return;
    const first = firstOfVersion.get(m.apiVersion);
    if (!first) {
      firstOfVersion.set(m.apiVersion, m);
      continue;
    }
    const empty = newManager({ name: BUCKET, applied: false, apiVersion: m.apiVersion, subresource: '', time: m.time }, {});
    const bucket = managers.get(empty.id) ?? first;
    if (bucket === first) managers.delete(first.id);
    const fields = encodeFieldsV1(decodeFieldsV1(m.fields).union(decodeFieldsV1(bucket.fields)));
    managers.delete(m.id);
    managers.set(empty.id, { ...empty, fields });
    count--;
  }
}
