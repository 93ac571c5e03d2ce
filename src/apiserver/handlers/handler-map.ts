import type { HandlerMap, ResourceHandlers } from './handlers';

/** The served resources by group, version and plural. Entries may come and go while the server runs. */
export class ResourceHandlerMap implements HandlerMap {
  private readonly handlers = new Map<string, ResourceHandlers>();

  get(group: string, version: string, resource: string): ResourceHandlers | undefined {
    return this.handlers.get(`${group}/${version}/${resource}`);
  }

  all(): Iterable<ResourceHandlers> {
    return this.handlers.values();
  }

  /** Adds or replaces the handlers of a resource. */
  set(h: ResourceHandlers): void {
    const { gvk, plural } = h.definition;
    this.handlers.set(`${gvk.group}/${gvk.version}/${plural}`, h);
  }

  delete(group: string, version: string, resource: string): void {
    this.handlers.delete(`${group}/${version}/${resource}`);
  }
}
