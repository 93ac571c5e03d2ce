import type { KubeObject, ManagedFieldsEntry } from '../../../src/api/meta/object';
import type { ObjectSchema } from '../../../src/api/schema/schema';
import { applyServerSide } from '../../../src/api/patch/apply-server-side';
import type { Application } from '../../../src/api/patch/apply-server-side';
import { trackUpdate } from '../../../src/api/patch/track-update';
import type { TrackedUpdate } from '../../../src/api/patch/track-update';

/** 2024-01-01T00:00:00Z */
export const START = 1704067200000;

/** One stored object that is created, updated and applied to, a second after the other. */
export class Stored {
  live?: KubeObject;
  private now = START;

  constructor(
    readonly schema: ObjectSchema,
    private readonly kind: string,
    private readonly apiVersion = 'v1',
  ) {}

  get managers(): string[] {
    return (this.live!.metadata.managedFields ?? []).map((e) => [e.manager, e.operation, ...(e.subresource ? [e.subresource] : [])].join(' '));
  }

  entry(manager: string): ManagedFieldsEntry | undefined {
    return this.live!.metadata.managedFields?.find((e) => e.manager === manager);
  }

  owned(manager: string): unknown {
    return this.entry(manager)?.fieldsV1;
  }

  /** A write of the whole object other than apply; managed fields are sent back as they were unless given. */
  update(manager: string, fields: object, more: Partial<TrackedUpdate> = {}): this {
    const before = this.live;
    const updated = this.object(fields);
    updated.metadata.managedFields ??= structuredClone(before?.metadata.managedFields);
    if (!updated.metadata.managedFields) delete updated.metadata.managedFields;
    if (before) updated.metadata.uid = before.metadata.uid;
    trackUpdate({ live: before, updated, schema: this.schema, manager, now: this.tick(), ...more });
    this.store(updated);
    return this;
  }

  apply(manager: string, fields: object, more: Partial<Application> = {}): this {
    const patch = this.object(fields);
    const { object } = applyServerSide({ live: this.live, patch, gvk: { group: '', version: 'v1', kind: this.kind }, schema: this.schema, manager, force: false, now: this.tick(), ...more });
    this.store(structuredClone(object));
    return this;
  }

  private object(fields: object): KubeObject {
    const o = structuredClone({ apiVersion: this.apiVersion, kind: this.kind, metadata: {}, ...fields }) as KubeObject;
    o.metadata.name ??= 'n';
    return o;
  }

  private store(o: KubeObject): void {
    o.metadata.uid = 'u';
    this.live = o;
  }

  private tick(): number {
    return (this.now += 1000);
  }
}
