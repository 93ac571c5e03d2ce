import { createHash } from 'node:crypto';
import type { ApiGroup } from '../registry/strategy';
import { aggregated, apiGroup, apiGroupList, apiResourceList, apiVersions } from './documents';

/** An aggregated document and the ETag it is cached by. */
export interface AggregatedDocument {
  value: object;
  json: Buffer;
  etag: string;
}

/** The discovery documents of the groups served. They are made on first use, and again when the set of groups changes. */
export class Discovery {
  private known?: readonly ApiGroup[];
  private documents = new Map<string, object | undefined>();
  private aggregates = new Map<string, AggregatedDocument>();

  /**
   * `groups`: what is served now, in the order in which it is listed; a new array each time it changes.
   * `address`: host and port the server is reached at.
   */
  constructor(
    private readonly groups: () => readonly ApiGroup[],
    private readonly address: () => string,
  ) {}

  /** True for groups of Kubernetes itself; custom resources are refused differently when they do not exist. */
  isBuiltIn(group: string): boolean {
    return this.groups().some((g) => g.name === group && !g.resources.some((r) => r.typedListItems));
  }

  /** The legacy document of a path ('/api', '/apis', '/apis/apps', '/apis/apps/v1'); undefined when there is none. */
  document(path: string): object | undefined {
    this.refresh();
    if (!this.documents.has(path)) this.documents.set(path, this.make(path));
    return this.documents.get(path);
  }

  /** The aggregated document of '/api' or '/apis' in 'v2' or 'v2beta1'. */
  aggregated(path: '/api' | '/apis', version: string): AggregatedDocument {
    this.refresh();
    const key = `${path} ${version}`;
    let found = this.aggregates.get(key);
    if (!found) {
      const core = path === '/api';
      const value = aggregated(
        this.groups().filter((g) => (g.name === '') === core),
        version,
      );
      const json = Buffer.from(JSON.stringify(value));
      found = { value, json, etag: `"${createHash('sha512').update(json).digest('hex').toUpperCase()}"` };
      this.aggregates.set(key, found);
    }
    return found;
  }

  /** Every path with a discovery document. */
  paths(): string[] {
    const out = ['/api', '/apis', '/apis/'];
    for (const g of this.groups()) {
      if (g.name !== '') out.push(`/apis/${g.name}`);
      for (const v of g.versions) out.push(g.name === '' ? `/api/${v}` : `/apis/${g.name}/${v}`);
    }
    return out;
  }

  private refresh(): void {
    const now = this.groups();
    if (now === this.known) return;
    this.known = now;
    this.documents = new Map();
    this.aggregates = new Map();
  }

  private make(path: string): object | undefined {
    const [root, first, second, more] = path.slice(1).split('/');
    const groups = this.groups();
    if (more !== undefined) return undefined;
    if (root === 'api') {
      if (first === undefined) return apiVersions(groups, this.address());
      const core = groups.find((g) => g.name === '');
      return second === undefined && core?.versions.includes(first) ? apiResourceList(core, first) : undefined;
    }
    if (root !== 'apis') return undefined;
    if (first === undefined) return apiGroupList(groups);
    const g = groups.find((x) => x.name === first && first !== '');
    if (!g || second === undefined) return g && apiGroup(g);
    return g.versions.includes(second) ? apiResourceList(g, second) : undefined;
  }
}
