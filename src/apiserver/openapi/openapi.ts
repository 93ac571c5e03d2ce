import type { SchemaSet } from '../../api/schema/schema';
import type { ApiGroup, ResourceDefinition } from '../registry/strategy';
import { Definitions } from './definitions';
import { noDescriptions } from './descriptions';
import type { Descriptions } from './descriptions';
import { documentV2 } from './document-v2';
import { documentV3 } from './document-v3';
import type { Operation } from './operation';
import { resourceOperations } from './resource-operations';
import { codeVersion, coreVersions, groupInformation, groupList, groupResources, issuerConfiguration, issuerKeys } from './root-operations';

export interface OpenApiOptions {
  groups: readonly ApiGroup[];
  schemas: SchemaSet;
  /** Default: none. */
  descriptions?: Descriptions;
}

/** The OpenAPI documents of what is served, as objects. They are made when first asked for and then stay the same objects. */
export interface OpenApi {
  v2(): object;
  /** Paths with an OpenAPI v3 document of their own: 'api/v1', 'apis/apps/v1', 'version' … */
  v3Paths(): Iterable<string>;
  /** Undefined for a path that has none. */
  v3(path: string): object | undefined;
}

/** What a v3 document is made of. */
interface Part {
  operations(): Operation[];
  gv?: { group: string; version: string };
}

/** Documents for every version of every group, and for the paths that belong to none. */
export function createOpenApi(options: OpenApiOptions): OpenApi {
  const { groups, schemas, descriptions = noDescriptions } = options;
  const parts = partsOf(groups, schemas);
  const definitions = new Definitions(schemas, descriptions, 3);
  const documents = new Map<string, object>();
  let v2: object | undefined;
  return {
    v3Paths: () => parts.keys(),
    v3(path) {
      const part = parts.get(path);
      if (!part) return undefined;
      let found = documents.get(path);
      if (!found) documents.set(path, (found = documentV3(part.operations(), definitions, part.gv)));
      return found;
    },
    v2: () => (v2 ??= documentV2([...parts.values()].flatMap((p) => p.operations()), new Definitions(schemas, descriptions, 2))),
  };
}

function partsOf(groups: readonly ApiGroup[], schemas: SchemaSet): Map<string, Part> {
  const parts = new Map<string, Part>([
    ['.well-known/openid-configuration', { operations: () => [issuerConfiguration] }],
    ['api', { operations: () => [coreVersions] }],
    ['apis', { operations: () => [groupList] }],
    ['openid/v1/jwks', { operations: () => [issuerKeys] }],
    ['version', { operations: () => [codeVersion] }],
  ]);
  for (const g of groups) {
    if (g.name !== '') parts.set(`apis/${g.name}`, { operations: () => [groupInformation(g.name)] });
    for (const version of g.versions) {
      parts.set(g.name === '' ? `api/${version}` : `apis/${g.name}/${version}`, {
        gv: { group: g.name, version },
        operations: () => [groupResources(g.name, version), ...resourcesOf(g, version).flatMap((d) => resourceOperations(d, schemas))],
      });
    }
  }
  return parts;
}

function resourcesOf(g: ApiGroup, version: string): ResourceDefinition[] {
  return (g.resources as readonly ResourceDefinition[]).filter((d) => d.gvk.version === version);
}
