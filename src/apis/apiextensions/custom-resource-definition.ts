import { walkSchema, type JsonSchema } from './json-schema';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition, Strategy } from '../../apiserver/registry/strategy';
import { createdAtColumn, nameColumn } from '../shared/columns';
import { nameIsDnsSubdomain } from '../shared/names';
import { semanticEqual } from '../shared/equality';
import { bumpGeneration } from '../shared/generation';
import type { Raw } from '../shared/raw';
import { ALL_VERBS, RESETS_SPEC, RESETS_STATUS, viewWithoutTable } from '../shared/verbs';
import { defaultWebhookService } from '../shared/webhook-client';
import { validateDefinition, versionsOf } from './definition-validation';
import { unknownFormats } from './formats';
import { validateNames } from './names-validation';
import { CHANGE_PLAIN } from '../shared/metadata-rules';

function storageVersionOf(o: KubeObject): string | undefined {
  return versionsOf(o).find((v) => v.storage)?.name as string | undefined;
}

function applyDefaults(o: KubeObject): void {
  const spec = (o.spec ??= {}) as Raw;
  const names = (spec.names ??= {}) as Raw;
  if (!names.singular && names.kind) names.singular = String(names.kind).toLowerCase();
  if (!names.listKind && names.kind) names.listKind = `${names.kind}List`;
  spec.conversion ??= { strategy: 'None' };
  defaultWebhookService(spec.conversion.webhook?.clientConfig?.service);
  const storage = storageVersionOf(o);
  if (storage !== undefined && !o.status?.storedVersions?.length) o.status = { ...o.status, storedVersions: [storage] };
}

/** A generateName has to be the whole name too, which it cannot. */
function definitionName(name: string, prefix: boolean, o: KubeObject): string[] {
  const { group = '', names = {} } = (o.spec ?? {}) as Raw;
  const problems = nameIsDnsSubdomain(name, prefix);
  return name === `${names.plural ?? ''}.${group}` ? problems : [...problems, 'must be spec.names.plural+"."+spec.group'];
}

/** Remembers that objects may now be stored in the storage version. */
function rememberStorageVersion(o: KubeObject): void {
  const storage = storageVersionOf(o);
  const stored = (o.status?.storedVersions ?? []) as string[];
  if (storage !== undefined && !stored.includes(storage)) o.status = { ...o.status, storedVersions: [...stored, storage] };
}

const statusStrategy: Strategy = {
  metadata: CHANGE_PLAIN,
  default: applyDefaults,
  prepareForUpdate: (_c, o, old) => {
    o.spec = old.spec;
  },
  validate: (_c, o) => validateNames(o.status?.acceptedNames ?? {}, 'status.acceptedNames'),
  allowUnconditionalUpdate: false,
  resetFields: RESETS_SPEC,
};

/** `items` that were neither a schema nor a list of schemas are gone once the definition has been converted. */
function dropNoItems(o: KubeObject): void {
  for (const version of (o.spec.versions ?? []) as Raw[]) {
    walkSchema(version.schema?.openAPIV3Schema as JsonSchema | undefined, (s) => {
      if (s.items === null) delete s.items;
    });
  }
}

export const customResourceDefinition: ResourceDefinition = {
  gvk: { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' },
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
  // The hash in discovery is still that of the first version, in which none are stored any more.
  storageVersion: 'v1beta1',
  strategy: {
    metadata: CHANGE_PLAIN,
    validateName: definitionName,
    default: applyDefaults,
    prepareForCreate: (_c, o) => {
      o.status = { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: null };
      bumpGeneration(o, undefined);
      rememberStorageVersion(o);
    },
    prepareForUpdate: (_c, o, old) => {
      o.status = old.status;
      bumpGeneration(o, old, !semanticEqual(o.spec, old.spec));
      rememberStorageVersion(o);
    },
    validate: (_c, o, old) => validateDefinition(o, old),
    warnings: (_c, o, old) => {
      const known = new Set(old ? unknownFormats(old) : []);
      return unknownFormats(o).flatMap((f) => (known.has(f) ? [] : [`unrecognized format ${JSON.stringify(f)}`]));
    },
    canonicalize: dropNoItems,
    allowUnconditionalUpdate: false,
    resetFields: RESETS_STATUS,
  },
  columns: [nameColumn, createdAtColumn],
  subresources: { status: viewWithoutTable(statusStrategy) },
};
