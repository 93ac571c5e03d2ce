import type { KubeObject } from '../../api/meta/object';
import type { Client } from '../../client/client';
import type { Ctx, ResourceDefinition, UserInfo } from '../registry/strategy';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** What an admission plugin sees of a request (admission.Attributes upstream). */
export interface AdmissionRequest {
  operation: Operation;
  definition: ResourceDefinition;
  subresource?: string;
  namespace?: string;
  name?: string;
  /** The new object in its stored version; mutating plugins change it. Absent for DELETE. */
  object?: KubeObject;
  /** The object as stored, for UPDATE and DELETE. */
  old?: KubeObject;
  user: UserInfo;
  dryRun: boolean;
  ctx: Ctx;
}

/** A link of the admission chain. Both phases refuse by throwing a StatusError, usually Forbidden. */
export interface AdmissionPlugin {
  readonly name: string;
  /** Whether the plugin wants requests of this sort at all; asked once per definition, operation and subresource. */
  handles(definition: ResourceDefinition, operation: Operation, subresource: string | undefined): boolean;
  /** May change request.object. */
  admit?(request: AdmissionRequest): void | Promise<void>;
  /** Sees the object after all changes and validation. */
  validate?(request: AdmissionRequest): void | Promise<void>;
  /** Called once, before any request: how the plugin writes what it keeps itself. */
  useClient?(client: Client): void;
}

/** The plugins in their fixed order, looked up once per kind of request. */
export class AdmissionChain {
  private readonly byKind = new Map<ResourceDefinition, Map<string, readonly AdmissionPlugin[]>>();

  constructor(private readonly plugins: readonly AdmissionPlugin[]) {}

  /** Runs the mutating phase; a promise only when a plugin needed one. */
  admit(r: AdmissionRequest): void | Promise<void> {
    return run(this.pluginsFor(r), 0, r, 'admit');
  }

  /** Runs the validating phase. */
  validate(r: AdmissionRequest): void | Promise<void> {
    return run(this.pluginsFor(r), 0, r, 'validate');
  }

  private pluginsFor(r: AdmissionRequest): readonly AdmissionPlugin[] {
    let kinds = this.byKind.get(r.definition);
    if (!kinds) this.byKind.set(r.definition, (kinds = new Map()));
    const key = r.subresource === undefined ? r.operation : `${r.operation}/${r.subresource}`;
    let list = kinds.get(key);
    if (!list) kinds.set(key, (list = this.plugins.filter((p) => p.handles(r.definition, r.operation, r.subresource))));
    return list;
  }
}

function run(plugins: readonly AdmissionPlugin[], from: number, r: AdmissionRequest, phase: 'admit' | 'validate'): void | Promise<void> {
  for (let i = from; i < plugins.length; i++) {
    const pending = plugins[i]![phase]?.(r);
    if (pending) return pending.then(() => run(plugins, i + 1, r, phase));
  }
}
