import type { GroupResource } from '../../api/errors/status-error';
import { apiVersionOf } from '../../api/meta/object';
import type { KubeObject } from '../../api/meta/object';
import type { ConvertVersion } from '../../api/patch/apply/changes';
import { encodeObject } from '../../api/schema/encode';
import type { SchemaSet } from '../../api/schema/schema';
import type { Cached, CachedEvent, WatchSink } from '../../storage/watch-cache/watch-cache';
import type { ResourceDefinition } from '../registry/strategy';

/**
 * One served version of what is stored: the stored version itself, or another one converted from it. Converted forms are
 * made once per state of an object and kept beside it.
 */
export class View {
  private readonly as: string;
  private readonly converts: boolean;
  /** As errors name it: by the group that was asked. */
  readonly resource: GroupResource;

  /** How managed fields of other versions of the kind are understood; undefined when there is only this one. */
  readonly convert: ConvertVersion | undefined;

  /** `siblings`: every version that shows the same stored objects, this one among them. */
  constructor(
    readonly definition: ResourceDefinition,
    siblings: readonly ResourceDefinition[],
    schemas: SchemaSet,
  ) {
    this.convert = siblings.length > 1 ? (o, apiVersion) => this.convertTo(siblings, schemas, o, apiVersion) : undefined;
    this.as = `as:${apiVersionOf(definition.gvk)}`;
    this.converts = definition.storedAs !== undefined;
    this.resource = { group: definition.gvk.group, resource: definition.plural };
  }

  /** The object as this version shows it. */
  show(cached: Cached): Cached {
    if (!this.converts) return cached;
    const made = cached.encodings?.get(this.as) as Cached | undefined;
    if (made) return made;
    const object = this.fromStored(cached.object);
    const shown: Cached = { key: cached.key, rev: cached.rev, object, bytes: Buffer.from(encodeObject(object)) };
    (cached.encodings ??= new Map()).set(this.as, shown);
    return shown;
  }

  fromStored(o: KubeObject): KubeObject {
    return this.definition.storedAs ? this.definition.storedAs.fromStored(o) : o;
  }

  toStored(o: KubeObject): KubeObject {
    return this.definition.storedAs ? this.definition.storedAs.toStored(o) : o;
  }

  /** A sink that shows events in this version, each converted once for all its watchers. */
  sink(sink: WatchSink): WatchSink {
    if (!this.converts) return sink;
    return { offer: (e) => sink.offer(this.event(e)), close: (reason) => sink.close(reason), ...(sink.room ? { room: (resume: () => void) => sink.room!(resume) } : {}) };
  }

  private convertTo(siblings: readonly ResourceDefinition[], schemas: SchemaSet, o: KubeObject, apiVersion: string): ReturnType<ConvertVersion> {
    const target = siblings.find((d) => apiVersionOf(d.gvk) === apiVersion);
    if (!target) return undefined;
    const stored = this.toStored(o);
    return { object: target.storedAs ? target.storedAs.fromStored(stored) : stored, schema: schemas.get(target.schema)! };
  }

  private event(e: CachedEvent): CachedEvent {
    if (!e.cached) return e;
    const frames = (e.frames ??= new Map());
    let shown = frames.get(this.as) as CachedEvent | undefined;
    if (!shown) frames.set(this.as, (shown = { ...e, cached: this.show(e.cached), prev: e.prev && this.show(e.prev), frames: undefined }));
    return shown;
  }
}
