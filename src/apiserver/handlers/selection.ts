import { badRequest } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { goQuote } from '../../api/patch/go-format';
import { parseFieldSelector } from '../../api/selectors/field-selector';
import type { FieldTerm } from '../../api/selectors/field-selector';
import { EVERYTHING, parseLabelSelector } from '../../api/selectors/label-selector';
import type { LabelSelector } from '../../api/selectors/label-selector';
import type { Predicate } from '../../storage/watch-cache/watch-cache';
import type { Registry } from '../registry/registry';
import type { ResourceDefinition } from '../registry/strategy';
import type { ListParams, RequestContext } from './handlers';

/** What a list, watch or deletecollection selects. */
export interface Selection {
  predicate: Predicate;
  /** No labels or fields restrict it: remainingItemCount can be told. */
  everything: boolean;
}

/** The selectors of a query, parsed; whether the resource knows the fields is asked later. */
export interface Selectors {
  labels: LabelSelector;
  fields: FieldTerm[];
}

/** @throws BadRequest for a selector that is none */
export function parseSelectors(p: ListParams): Selectors {
  try {
    return { labels: p.labelSelector ? parseLabelSelector(p.labelSelector) : EVERYTHING, fields: p.fieldSelector ? parseFieldSelector(p.fieldSelector) : [] };
  } catch (e) {
    throw badRequest((e as Error).message);
  }
}

/** Compiles namespace, name, label and field selectors of a request. @throws BadRequest for a field that the resource does not know */
export function selectionOf(r: Registry, view: ResourceDefinition, ctx: RequestContext, selectors: Selectors): Selection {
  const { labels, fields: terms } = selectors;
  for (const { field } of terms) checkField(view, field);
  if (ctx.name !== undefined) terms.push({ field: 'metadata.name', value: ctx.name, equal: true });
  const predicate: Predicate = {};
  if (ctx.namespace !== undefined) predicate.prefix = `${r.prefix}${ctx.namespace}/`;
  const rest = terms.filter((t) => !dispatch(r, ctx.namespace, t, predicate));
  const everything = labels.empty && terms.length === 0;
  // Selectors speak of the version that was asked; what is stored may be another.
  const fields = view.fields;
  const shown = view.storedAs ? (o: KubeObject) => view.storedAs!.fromStored(o) : undefined;
  if (labels.empty && rest.length === 0) return { predicate, everything };
  predicate.matches = rest.length === 0 ? (o) => labels.matches(o.metadata.labels) : (o) => labels.matches(o.metadata.labels) && satisfies(rest, fields, shown ? shown(o) : o);
  return { predicate, everything };
}

/** Turns a term into an exact key or the dispatch index; false when it has to be evaluated. */
function dispatch(r: Registry, namespace: string | undefined, t: FieldTerm, predicate: Predicate): boolean {
  if (!t.equal) return false;
  if (t.field === 'metadata.name' && predicate.key === undefined && (namespace !== undefined || !r.definition.namespaced)) {
    predicate.key = r.key(namespace, t.value);
    return true;
  }
  if (t.field === r.definition.index && predicate.index === undefined && t.value !== '') {
    predicate.index = t.value;
    return true;
  }
  return false;
}

/** @throws BadRequest for a field that `view` cannot be selected by */
export function checkField(view: ResourceDefinition, field: string): void {
  // Kinds with fields of their own list all they know, and what has no namespace does not list it.
  const place = field === 'metadata.namespace' && (view.namespaced || !view.fields);
  if (field === 'metadata.name' || place || (view.fields && Object.hasOwn(view.fields, field))) return;
  if (!view.fields) throw badRequest(`${goQuote(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`);
  throw badRequest(view.unknownField?.(field) ?? `field label not supported: ${field}`);
}

/** Whether an object has the values that all terms ask for. */
export function satisfies(terms: readonly FieldTerm[], fields: ResourceDefinition['fields'], o: KubeObject): boolean {
  for (const t of terms) if ((fieldValue(fields, t.field, o) === t.value) !== t.equal) return false;
  return true;
}

function fieldValue(fields: ResourceDefinition['fields'], field: string, o: KubeObject): string {
  if (field === 'metadata.name') return o.metadata.name ?? '';
  if (field === 'metadata.namespace') return o.metadata.namespace ?? '';
  return fields![field]!(o);
}
