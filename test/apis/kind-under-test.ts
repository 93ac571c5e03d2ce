import { parse } from 'yaml';
import type { FieldError } from '../../src/api/errors/field-error';
import type { GVR, KubeObject } from '../../src/api/meta/object';
import { cloneJson } from '../../src/api/meta/clone';
import { decodeObject } from '../../src/api/schema/decode';
import { loadSchemas } from '../../src/api/schema/load';
import type { Ctx, ResourceDefinition, Strategy, UpdateSubresource, UserInfo } from '../../src/apiserver/registry/strategy';
import { FakeClock } from '../../src/util/fake-clock';
import { SeededRandom } from '../../src/util/random';

const schemas = loadSchemas();

/** 2024-05-01T10:00:00Z */
export const NOW = Date.UTC(2024, 4, 1, 10);

export interface Outcome {
  object: KubeObject;
  /** `path: message` */
  errors: string[];
  warnings: string[];
}

function textOf(e: FieldError): string {
  return `${e.field}: ${e.message}`;
}

/** Runs the hooks of a kind in the order in which the server does, without a server. */
export class KindUnderTest {
  user: UserInfo = { name: 'ann', groups: ['system:authenticated'] };
  /** What lookups find, by resource and name. */
  readonly stored: Record<string, KubeObject> = {};
  private readonly clock = new FakeClock(NOW);

  constructor(readonly definition: ResourceDefinition) {}

  /** An object of the kind from YAML, decoded and defaulted, with name x in namespace ns. */
  decode(yaml: string): KubeObject {
    const { kind, group, version } = this.definition.gvk;
    const body = { apiVersion: group ? `${group}/${version}` : version, kind, ...(parse(yaml) as object) } as Record<string, unknown>;
    const o = decodeObject(schemas.get(this.definition.schema)!, body);
    // reviews have no name
    if (!this.definition.virtualCreate) o.metadata.name ??= 'x';
    if (this.definition.namespaced) o.metadata.namespace ??= 'ns';
    this.definition.strategy.default?.(o);
    return o;
  }

  create(yaml: string): Outcome {
    const o = this.decode(yaml);
    const c = this.context('create');
    o.metadata.uid = 'uid-1';
    this.definition.strategy.prepareForCreate?.(c.ctx, o);
    return this.finish(o, c, this.definition.strategy);
  }

  /** Changes `old` with `change`; by way of the subresource when one is named. */
  update(old: KubeObject, change: (o: KubeObject) => void, subresource?: string): Outcome {
    const o = cloneJson(old);
    change(o);
    return this.finishUpdate(o, old, subresource);
  }

  /** A PUT of `yaml` in place of `old`. */
  replace(old: KubeObject, yaml: string): Outcome {
    const o = this.decode(yaml);
    Object.assign(o.metadata, { name: old.metadata.name, uid: old.metadata.uid, generation: old.metadata.generation });
    return this.finishUpdate(o, old);
  }

  private finishUpdate(o: KubeObject, old: KubeObject, subresource?: string): Outcome {
    const strategy: Strategy = subresource === undefined ? this.definition.strategy : (this.definition.subresources![subresource] as UpdateSubresource).strategy;
    strategy.default?.(o);
    const c = this.context('update', subresource);
    strategy.prepareForUpdate?.(c.ctx, o, old);
    return this.finish(o, c, strategy, old);
  }

  /** Cells by column name. */
  cells(o: KubeObject, now = NOW): Record<string, unknown> {
    return Object.fromEntries(this.definition.columns.map((c) => [c.name, c.cell(o, now)]));
  }

  private finish(o: KubeObject, c: { ctx: Ctx; warnings: string[] }, strategy: Strategy, old?: KubeObject): Outcome {
    const names = old ? [] : (strategy.validateName?.(o.metadata.name ?? '', false, o) ?? []).map((problem) => `metadata.name: Invalid value: ${JSON.stringify(o.metadata.name)}: ${problem}`);
    const errors = [...names, ...(strategy.validate?.(c.ctx, o, old) ?? []).map(textOf)];
    return { object: o, errors, warnings: [...c.warnings, ...(strategy.warnings?.(c.ctx, o, old) ?? [])] };
  }

  context(verb: Ctx['verb'], subresource?: string): { ctx: Ctx; warnings: string[] } {
    const warnings: string[] = [];
    const lookup = {
      get: (r: GVR, _namespace: string | undefined, name: string) => this.stored[`${r.resource}/${name}`],
      list: (r: GVR) => Object.entries(this.stored).flatMap(([key, o]) => (key.startsWith(`${r.resource}/`) ? [o] : [])),
    };
    const namespace = this.definition.namespaced ? 'ns' : undefined;
    const warn = (text: string): void => void warnings.push(text);
    return { ctx: { user: this.user, clock: this.clock, random: new SeededRandom(1), lookup, namespace, verb, subresource, dryRun: false, warn }, warnings };
  }
}
