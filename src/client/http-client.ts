import type { Status } from '../api/errors/status-error';
import { StatusError } from '../api/errors/status-error';
import type { GVR, KubeObject } from '../api/meta/object';
import type { Disposable } from '../util/clock';
import type { Client, DeleteOptions, KubeList, ListOptions, PatchType, WatchHandler, WatchOptions, WriteOptions } from './client';
import { discoverOver } from './http-discovery';
import type { HttpClientOptions } from './http-transport';
import { HttpTransport } from './http-transport';
import { deleteBody, listQuery, PATCH_MEDIA_TYPES, requestPath, writeQuery } from './request-path';

/**
 * A Client over HTTPS, to this or any other API server. Refusals are StatusErrors made of the Status that was sent; answers with
 * Retry-After are waited for. Call close() when done: kept connections keep a process alive.
 */
export class HttpClient implements Client {
  private readonly transport: HttpTransport;

  constructor(o: HttpClientOptions) {
    this.transport = new HttpTransport(o);
  }

  get<T extends KubeObject>(r: GVR, namespace: string | undefined, name: string, o: { subresource?: string; resourceVersion?: string } = {}): Promise<T> {
    const query = o.resourceVersion === undefined ? '' : `?resourceVersion=${encodeURIComponent(o.resourceVersion)}`;
    return this.transport.send<T>({ method: 'GET', path: requestPath(r, namespace, name, o.subresource) + query });
  }

  async list<T extends KubeObject>(r: GVR, o: ListOptions = {}): Promise<KubeList<T>> {
    const list = await this.transport.send<KubeList<T>>({ method: 'GET', path: requestPath(r, o.namespace) + listQuery(o) });
    // Servers leave out in items what the list's own kind says.
    const kind = list.kind.replace(/List$/, '');
    for (const item of (list.items as T[] | null) ?? []) {
      item.apiVersion ??= list.apiVersion;
      item.kind ??= kind;
    }
    return list.items ? list : { ...list, items: [] };
  }

  create<T extends KubeObject>(r: GVR, object: KubeObject, o: WriteOptions & { name?: string } = {}): Promise<T> {
    const name = o.subresource === undefined ? undefined : (o.name ?? object.metadata.name);
    return this.transport.send<T>({ method: 'POST', path: requestPath(r, object.metadata.namespace, name, o.subresource) + writeQuery(o), body: object });
  }

  update<T extends KubeObject>(r: GVR, object: T, o: WriteOptions = {}): Promise<T> {
    const { namespace, name } = object.metadata;
    return this.transport.send<T>({ method: 'PUT', path: requestPath(r, namespace, name!, o.subresource) + writeQuery(o), body: object });
  }

  patch<T extends KubeObject>(
    r: GVR,
    namespace: string | undefined,
    name: string,
    type: PatchType,
    patch: unknown,
    o: WriteOptions & { force?: boolean } = {},
  ): Promise<T> {
    const path = requestPath(r, namespace, name, o.subresource) + writeQuery(o);
    return this.transport.send<T>({ method: 'PATCH', path, body: patch, contentType: PATCH_MEDIA_TYPES[type] });
  }

  delete(r: GVR, namespace: string | undefined, name: string, o: DeleteOptions = {}): Promise<KubeObject> {
    return this.transport.send({ method: 'DELETE', path: requestPath(r, namespace, name), body: deleteBody(o) });
  }

  async deleteCollection(r: GVR, list: ListOptions, o: DeleteOptions = {}): Promise<void> {
    await this.transport.send({ method: 'DELETE', path: requestPath(r, list.namespace) + listQuery(list), body: deleteBody(o) });
  }

  watch<T extends KubeObject>(r: GVR, o: WatchOptions, handler: WatchHandler<T>): Disposable {
    const query = listQuery(o);
    const path = `${requestPath(r, o.namespace)}${query}${query ? '&' : '?'}watch=true`;
    let over = false;
    const close = (error?: Error): void => {
      if (over) return;
      over = true;
      handler.closed(error);
    };
    const end = this.transport.stream(
      { method: 'GET', path },
      (line) => {
        let event: { type: string; object: T };
        try {
          event = JSON.parse(line) as typeof event;
        } catch (e) {
          end();
          close(new Error(`watch of ${path}: a line is not JSON: ${(e as Error).message}`));
          return;
        }
        if (event.type === 'ERROR') {
          end();
          close(StatusError.from(event.object as unknown as Status));
        } else handler.event(event.type, event.object);
      },
      close,
    );
    return {
      dispose: () => {
        over = true;
        end();
      },
    };
  }

  discover(): ReturnType<Client['discover']> {
    return discoverOver(this.transport);
  }

  /** Ends all kept connections and watches. */
  close(): void {
    this.transport.close();
  }
}
