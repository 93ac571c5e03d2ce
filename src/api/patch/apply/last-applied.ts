import type { KubeObject } from '../../meta/object';
import type { ObjectSchema } from '../../schema/schema';
import { parseJson } from '../../schema/json';
import { goJsonSorted, isMap } from '../go-format';
import { compareObjects } from './compare';
import type { FieldSet } from './field-set';
import { fieldSetOf } from './field-set-of';
import { validateTyped } from './validate';

/** Where kubectl's client-side apply keeps the configuration it applied last. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Server-side apply by kubectl goes on where its client-side apply left off; other managers are not concerned. */
export const KUBECTL = 'kubectl';

const MAX_ANNOTATIONS = 256 * 1024;

/**
 * Fields that client-side apply set and that nobody has changed since: kubectl may take them over without force.
 * undefined: the object was not applied from the client, or not in this version.
 */
export function fieldsOfLastApplied(schema: ObjectSchema, apiVersion: string, live: KubeObject): FieldSet | undefined {
  const text = live.metadata.annotations?.[LAST_APPLIED];
  if (!text) return undefined;
  try {
    const last = parseJson(text);
    if (!isMap(last) || last.apiVersion !== apiVersion) return undefined;
    validateTyped(schema, live, 'refused');
    validateTyped(schema, last, 'refused');
    const c = compareObjects(schema, last, live, false);
    return fieldSetOf(schema, last).difference(c.modified).difference(c.added).difference(c.removed);
  } catch {
    return undefined; // an annotation that cannot be read allows nothing
  }
}

/** Keeps the annotation in step when kubectl applies on the server, so that client-side apply can be used again. */
export function syncLastApplied(object: KubeObject, applied: KubeObject): KubeObject {
  const annotations = object.metadata.annotations;
  if (!annotations?.[LAST_APPLIED]) return object;
  const next = { ...annotations, [LAST_APPLIED]: configurationText(applied) };
  if (annotationsSize(next) > MAX_ANNOTATIONS) delete (next as Record<string, string>)[LAST_APPLIED];
  return { ...object, metadata: { ...object.metadata, annotations: next } };
}

function configurationText(applied: KubeObject): string {
  const annotations = applied.metadata?.annotations as Record<string, string> | undefined;
  if (!annotations) return `${goJsonSorted(applied)}\n`;
  const { [LAST_APPLIED]: _, ...others } = annotations;
  return `${goJsonSorted({ ...applied, metadata: { ...applied.metadata, annotations: others } })}\n`;
}

function annotationsSize(annotations: Readonly<Record<string, string>>): number {
  let size = 0;
  for (const k in annotations) size += Buffer.byteLength(k) + Buffer.byteLength(annotations[k]!);
  return size;
}
