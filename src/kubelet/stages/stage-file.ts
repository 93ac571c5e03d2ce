import type { KubeObject } from '../../api/meta/object';
import { parseGoDuration } from '../../api/meta/go-duration';
import { parseTime } from '../../api/meta/time';
import { parseYaml } from '../../api/yaml/decode';
import { GoTemplate } from './go-template';
import { compilePath } from './object-path';
import type { Stage, StageExpression, StageFunctions, StageNumber, StagePatch, StageStep } from './stage';
import { KWOK_FUNCTIONS } from './kwok-functions';

/** KWOK's Stage as it stands in files (kwok.x-k8s.io/v1alpha1). */
interface StageObject {
  metadata?: { name?: string };
  spec?: {
    resourceRef?: { apiGroup?: string; kind?: string };
    selector?: {
      matchLabels?: Record<string, string>;
      matchAnnotations?: Record<string, string>;
      matchExpressions?: (Partial<StageExpression> & { jq?: StageExpression; cel?: object })[];
    };
    weight?: number;
    weightFrom?: From;
    delay?: { durationMilliseconds?: number; durationFrom?: From; jitterDurationMilliseconds?: number; jitterDurationFrom?: From };
    next?: StepObject & { patches?: PatchObject[]; statusTemplate?: string; statusSubresource?: string };
    steps?: StepObject[];
  };
}

interface StepObject {
  event?: { type?: string; reason?: string; message?: string };
  finalizers?: { add?: { value?: string }[]; remove?: { value?: string }[]; empty?: boolean };
  delete?: boolean;
  patch?: PatchObject;
  apply?: object;
}

interface PatchObject {
  subresource?: string;
  root?: string;
  template?: string;
  type?: string;
}

interface From {
  expressionFrom?: string;
  jq?: { expression?: string };
  cel?: object;
}

/**
 * The stages in the documents of a KWOK file.
 * @param name the file's, for messages
 * @throws Error that names the file and the stage when a document is no Stage or uses what there is not
 */
export function parseStages(text: string, name: string): Stage[] {
  return text.split(/^---\s*$/m).flatMap((part) => {
    if (!part.replace(/^\s*(#.*)?$/gm, '').trim()) return [];
    const problems: string[] = [];
    const o = parseYaml(part, problems) as (KubeObject & StageObject & { items?: (KubeObject & StageObject)[] }) | undefined;
    if (problems.length) throw new Error(`stage file ${name}: ${problems[0]}`);
    const objects = o?.kind?.endsWith('List') ? (o.items ?? []) : [o];
    return objects.map((s) => stageOf(s, name));
  });
}

/** Whether a stage is for objects that are marked for it, by label or annotation: it comes on top of the others. */
export function isSpecial(s: Stage): boolean {
  const { matchLabels, matchAnnotations, matchExpressions = [] } = s.selector;
  return Object.keys({ ...matchLabels, ...matchAnnotations }).length > 0 || matchExpressions.some((e) => /^\.metadata\.(labels|annotations)\b/.test(e.key) && (e.operator === 'In' || e.operator === 'Exists'));
}

function stageOf(o: (KubeObject & StageObject) | undefined, file: string): Stage {
  if (o?.kind !== 'Stage' || !o.apiVersion?.startsWith('kwok.x-k8s.io/')) throw new Error(`stage file ${file}: a document is a ${o?.apiVersion ?? ''} ${o?.kind ?? 'nothing'}; only Stages of kwok.x-k8s.io are understood`);
  const name = o.metadata?.name ?? '';
  try {
    return compileStage(name, o.spec ?? {});
  } catch (e) {
    throw new Error(`stage file ${file}: stage ${JSON.stringify(name)}: ${(e as Error).message}`, { cause: e });
  }
}

function compileStage(name: string, spec: NonNullable<StageObject['spec']>): Stage {
  const kind = spec.resourceRef?.kind;
  if (kind !== 'Pod' && kind !== 'Node') throw new Error(`spec.resourceRef.kind is ${JSON.stringify(kind)}; stages of Pods and Nodes are understood`);
  if (!spec.selector) throw new Error('spec.selector is missing');
  const { matchLabels, matchAnnotations, matchExpressions } = spec.selector;
  const { delay } = spec;
  const ms = numberOf(delay?.durationMilliseconds, delay?.durationFrom, durationOf) ?? 0;
  const jitterMs = numberOf(delay?.jitterDurationMilliseconds, delay?.jitterDurationFrom, durationOf);
  const weight = numberOf(spec.weight, spec.weightFrom, (v) => (Number.isFinite(Number(v)) ? Number(v) : undefined));
  return {
    name,
    kind,
    selector: { ...(matchLabels ? { matchLabels } : {}), ...(matchAnnotations ? { matchAnnotations } : {}), ...(matchExpressions ? { matchExpressions: matchExpressions.map(expressionOf) } : {}) },
    ...(weight === undefined ? {} : { weight }),
    ...(delay ? { delay: { ms, ...(jitterMs === undefined ? {} : { jitterMs }) } } : {}),
    next: { steps: stepsOf(spec) },
  };
}

function expressionOf(e: Partial<StageExpression> & { jq?: StageExpression; cel?: object }): StageExpression {
  const { key, operator, values } = e.jq ?? e;
  if (e.cel) throw new Error('selectors in CEL are not understood; use a key, an operator and values');
  if (!key || !operator) throw new Error('an expression of the selector needs a key and an operator');
  if (!['In', 'NotIn', 'Exists', 'DoesNotExist'].includes(operator)) throw new Error(`operator ${JSON.stringify(operator)} is not one of In, NotIn, Exists, DoesNotExist`);
  if ((operator === 'In' || operator === 'NotIn') !== Boolean(values?.length)) throw new Error(`operator ${operator} ${values?.length ? 'takes no' : 'needs'} values`);
  compilePath(key);
  return { key, operator, ...(values ? { values } : {}) };
}

function numberOf(fixed: number | undefined, from: From | undefined, read: (v: unknown, now: number) => number | undefined): StageNumber | undefined {
  if (!from) return fixed;
  const source = from.jq?.expression ?? from.expressionFrom;
  if (from.cel ?? !source) throw new Error('values from CEL are not understood; use expressionFrom with a jq expression');
  const get = compilePath(source);
  return (o, now) => {
    const found = get(o)[0];
    return (found === undefined || found === '' ? undefined : read(found, now)) ?? fixed;
  };
}

/** Milliseconds: a duration such as 1m30s, or the time until a point in time. */
function durationOf(v: unknown, now: number): number | undefined {
  if (typeof v !== 'string') return undefined;
  const time = parseTime(v);
  if (!Number.isNaN(time)) return time - now;
  try {
    return parseGoDuration(v);
  } catch {
    // Neither: the fixed value counts, as KWOK has it.
    return undefined;
  }
}

function stepsOf(spec: NonNullable<StageObject['spec']>): StageStep[] {
  if (spec.steps) return spec.steps.map(stepOf);
  const { next } = spec;
  if (!next) return [];
  const { statusTemplate, statusSubresource = 'status', patches = [], ...first } = next;
  const all = [...(statusTemplate ? [{ root: 'status', subresource: statusSubresource, template: statusTemplate }] : []), ...patches];
  return [stepOf(first), ...all.map((patch) => stepOf({ patch }))].filter((s) => Object.keys(s).length > 0);
}

function stepOf(s: StepObject): StageStep {
  if (s.apply) throw new Error('apply steps are not understood; use patches');
  const values = (list: { value?: string }[] | undefined): string[] => (list ?? []).map((f) => f.value ?? '');
  return {
    ...(s.event ? { event: { type: s.event.type === 'Warning' ? 'Warning' : 'Normal', reason: s.event.reason ?? '', message: s.event.message ?? '' } } : {}),
    ...(s.finalizers ? { finalizers: { add: values(s.finalizers.add), remove: values(s.finalizers.remove), empty: s.finalizers.empty ?? false } } : {}),
    ...(s.delete ? { delete: true } : {}),
    ...(s.patch ? { patch: patchOf(s.patch) } : {}),
  };
}

function patchOf(p: PatchObject): StagePatch {
  const type = p.type || 'strategic';
  if (type !== 'strategic' && type !== 'merge' && type !== 'json') throw new Error(`patch type ${JSON.stringify(type)} is not one of strategic, merge, json`);
  const template = new GoTemplate(p.template ?? '', KWOK_FUNCTIONS);
  const { root, subresource } = p;
  const render = (o: KubeObject, functions: StageFunctions): unknown => {
    const problems: string[] = [];
    const value = parseYaml(template.render(o, functions), problems);
    if (problems.length) throw new Error(`the template does not give YAML: ${problems[0]}`);
    return value;
  };
  const body = (o: KubeObject, functions: StageFunctions): unknown => {
    const value = render(o, functions);
    if (!root) return value;
    return type === 'json' ? ((value ?? []) as { path: string }[]).map((op) => ({ ...op, path: `/${root}${op.path}` })) : { [root]: value };
  };
  return { ...(subresource ? { subresource } : {}), type, body };
}
