import { duplicate, forbiddenField, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import { compareQuantity } from '../../api/quantity';
import { pushLabelNameErrors, pushRequired } from './checks';
import { validateClaimTemplate } from './claim-spec-validation';
import { pushFieldRefErrors, pushResourceFieldRefErrors, VOLUME_FIELDS } from './env-validation';
import { isDns1123Subdomain } from './names';
import { pushFileModeErrors, pushLocalPathErrors } from './paths';
import type { Raw } from './raw';
import { pushSourceErrors, SOURCE_CHECKS } from './volume-sources';

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const TWO_TO_32 = 2 ** 32;

/** Sources in the order in which they are looked at. */
const ORDER = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'quobyte',
  'downwardAPI',
  'fc',
  'flexVolume',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'projected',
  'scaleIO',
  'csi',
  'ephemeral',
  'image',
];

function pushKeyToPath(errors: FieldError[], items: readonly Raw[] | undefined, path: string, each?: (path: string) => void): void {
  items?.forEach((k, i) => {
    const at = `${path}[${i}]`;
    pushRequired(errors, k.key, `${at}.key`);
    pushRequired(errors, k.path, `${at}.path`);
    pushLocalPathErrors(errors, k.path ?? '', `${at}.path`);
    pushFileModeErrors(errors, k.mode, `${at}.mode`);
    if (k.path) each?.(k.path as string);
  });
}

function pushDownwardFile(errors: FieldError[], file: Raw, path: string): void {
  pushRequired(errors, file.path, `${path}.path`);
  pushLocalPathErrors(errors, file.path ?? '', `${path}.path`);
  if (file.fieldRef) {
    pushFieldRefErrors(errors, file.fieldRef, VOLUME_FIELDS, `${path}.fieldRef`);
    if (file.resourceFieldRef) errors.push(invalidValue(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
  } else if (file.resourceFieldRef) pushResourceFieldRefErrors(errors, file.resourceFieldRef, `${path}.resourceFieldRef`, true);
  else errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
  pushFileModeErrors(errors, file.mode, `${path}.mode`);
}

function pushToken(errors: FieldError[], token: Raw, path: string, volume: string): void {
  const seconds = (token.expirationSeconds ?? 0) as number;
  if (seconds < 600) errors.push(invalidValue(`${path}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > TWO_TO_32) errors.push(invalidValue(`${path}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds'));
  if (!token.path) errors.push(required(`${volume}.path`));
  else pushLocalPathErrors(errors, token.path, `${volume}.path`);
}

/** Complaints about a projected volume at `path`; no two files may have one place. */
function pushProjected(errors: FieldError[], s: Raw, path: string): void {
  pushFileModeErrors(errors, s.defaultMode, `${path}.defaultMode`);
  const paths = new Set<string>();
  const take = (file: string, shown: string): void => {
    if (paths.has(file)) errors.push(invalidValue(path, shown, 'conflicting duplicate paths'));
    paths.add(file);
  };
  ((s.sources ?? []) as Raw[]).forEach((source, i) => {
    const at = `${path}.sources[${i}]`;
    for (const kind of ['secret', 'configMap']) {
      const from = source[kind] as Raw | undefined;
      if (!from) continue;
      pushRequired(errors, from.name, `${at}.${kind}.name`);
      pushKeyToPath(errors, from.items, `${at}.${kind}.items`, (file) => take(file, (from.name ?? '') as string));
    }
    for (const file of (source.downwardAPI?.items ?? []) as Raw[]) {
      pushDownwardFile(errors, file, `${at}.downwardAPI`);
      if (file.path) take(file.path, file.path);
    }
    if (source.serviceAccountToken) pushToken(errors, source.serviceAccountToken, `${at}.serviceAccountToken`, path);
    if (Object.keys(source).length > 1) errors.push(forbiddenField(at, 'may not specify more than 1 volume type per source'));
  });
}

type Checks = typeof SOURCE_CHECKS;

function checksFor(isPod: boolean): Checks {
  const files: Checks[string] = (errors, s, path) => {
    pushFileModeErrors(errors, s.defaultMode, `${path}.defaultMode`);
    pushKeyToPath(errors, s.items, `${path}.items`);
  };
  return {
    ...SOURCE_CHECKS,
    emptyDir(errors, s, path) {
      if (s.sizeLimit !== undefined && compareQuantity(s.sizeLimit, '0') < 0) errors.push(forbiddenField(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity'));
    },
    secret(errors, s, path, c) {
      pushRequired(errors, s.secretName, `${path}.secretName`);
      files(errors, s, path, c);
    },
    configMap(errors, s, path, c) {
      pushRequired(errors, s.name, `${path}.name`);
      files(errors, s, path, c);
    },
    persistentVolumeClaim: (errors, s, path) => pushRequired(errors, s.claimName, `${path}.claimName`),
    downwardAPI(errors, s, path) {
      pushFileModeErrors(errors, s.defaultMode, `${path}.defaultMode`);
      for (const file of (s.items ?? []) as Raw[]) pushDownwardFile(errors, file, path);
    },
    projected: (errors, s, path) => pushProjected(errors, s, path),
    ephemeral(errors, s, path) {
      if (!s.volumeClaimTemplate) errors.push(required(`${path}.volumeClaimTemplate`));
      else errors.push(...validateClaimTemplate(s.volumeClaimTemplate, `${path}.volumeClaimTemplate`));
    },
    image(errors, s, path) {
      if (isPod && !s.reference) errors.push(required(`${path}.reference`));
      if (!s.pullPolicy) errors.push(required(`${path}.pullPolicy`));
      else if (!PULL_POLICIES.includes(s.pullPolicy)) errors.push(notSupported(`${path}.pullPolicy`, s.pullPolicy, PULL_POLICIES));
    },
  };
}

const POD_CHECKS = checksFor(true);
const TEMPLATE_CHECKS = checksFor(false);

/**
 * Complaints about the volumes of a pod (ValidateVolumes). `podName` is empty for templates.
 * @returns the volumes without complaints, by name: what containers can mount
 */
export function pushVolumesErrors(errors: FieldError[], volumes: readonly Raw[], podName: string, path: string, isPod: boolean): Map<string, Raw> {
  const good = new Map<string, Raw>();
  const created = new Set(podName ? volumes.filter((v) => v.ephemeral).map((v) => `${podName}-${v.name}`) : []);
  const checks = isPod ? POD_CHECKS : TEMPLATE_CHECKS;
  for (let i = 0; i < volumes.length; i++) {
    const v = volumes[i]!;
    const at = `${path}[${i}]`;
    const name = (v.name ?? '') as string;
    const before = errors.length;
    if (!pushSourceErrors(errors, v, at, ORDER, checks, { persistent: false, name })) errors.push(required(at, 'must specify a volume type'));
    if (podName && name && v.ephemeral && ORDER.find((source) => v[source]) === 'ephemeral') {
      const claim = `${podName}-${name}`;
      for (const m of isDns1123Subdomain(claim)) errors.push(invalidValue(`${at}.name`, name, `PVC name ${JSON.stringify(claim)}: ${m}`));
    }
    if (!name) errors.push(required(`${at}.name`));
    else pushLabelNameErrors(errors, name, `${at}.name`);
    if (good.has(name)) errors.push(duplicate(`${at}.name`, name));
    if (errors.length === before) good.set(name, v);
    const claimName = v.persistentVolumeClaim?.claimName as string | undefined;
    if (claimName !== undefined && created.has(claimName)) {
      errors.push(invalidValue(`${at}.persistentVolumeClaim.claimName`, claimName, 'must not reference a PVC that gets created for an ephemeral volume'));
    }
  }
  return good;
}
