import { forbiddenField, invalidValue, notSupported, required, tooLong, type FieldError } from '../../api/errors/field-error';
import { pushLabelNameErrors, pushMessages, pushNotSupported, pushRequired, pushSubdomainErrors } from './checks';
import { isDns1123Subdomain, longerThan, nameIsDnsLabel } from './names';
import { pushBackstepErrors, pushDescendingPathErrors } from './paths';
import type { Raw } from './raw';

/** How a source is checked: for a volume of a pod, or for a PersistentVolume, whose rules differ a little. */
export interface SourceContext {
  persistent: boolean;
  /** Name of the volume. */
  name: string;
}

type Check = (errors: FieldError[], s: Raw, path: string, c: SourceContext) => void;

const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];
const IQN = /iqn\.\d{4}-\d{2}\.([a-zA-Z0-9\-.]+)(:[^,;*&$|\s]+)$/;
const EUI = /^eui.[a-zA-Z0-9]{16}$/;
const NAA = /^naa.[a-zA-Z0-9]{32}$/;
const ISCSI_TOO_LONG = 'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
const REGISTRY = 'must be a host:port pair or multiple pairs separated by commas';

function requireAll(...fields: string[]): Check {
  return (errors, s, path) => {
    for (const f of fields) pushRequired(errors, s[f], `${path}.${f}`);
  };
}

function partition(idField: string): Check {
  return (errors, s, path) => {
    pushRequired(errors, s[idField], `${path}.${idField}`);
    if (s.partition < 0 || s.partition > 255) errors.push(invalidValue(`${path}.partition`, s.partition, 'must be between 1 and 255, inclusive'));
  };
}

/** A secret reference that must be named, and in a PersistentVolume say its namespace. */
function pushSecretRefErrors(errors: FieldError[], s: Raw, path: string, c: SourceContext): void {
  if (!s.secretRef) return;
  pushRequired(errors, s.secretRef.name, `${path}.secretRef.name`);
  if (c.persistent) pushRequired(errors, s.secretRef.namespace, `${path}.secretRef.namespace`);
}

function badIscsiName(name: string): string | undefined {
  const kind = name.slice(0, 3);
  if (kind !== 'iqn' && kind !== 'eui' && kind !== 'naa') return 'must be valid format starting with iqn, eui, or naa';
  return (kind === 'iqn' ? IQN : kind === 'eui' ? EUI : NAA).test(name) ? undefined : 'must be valid format';
}

const iscsi: Check = (errors, s, path, c) => {
  pushRequired(errors, s.targetPortal, `${path}.targetPortal`);
  const tooLongName = s.initiatorName !== undefined && longerThan(`${c.name}:${s.targetPortal ?? ''}`, 64);
  if (c.persistent && tooLongName) errors.push(invalidValue(`${path}.targetportal`, s.targetPortal ?? '', ISCSI_TOO_LONG));
  if (!s.iqn) errors.push(required(`${path}.iqn`));
  else {
    const bad = badIscsiName(s.iqn);
    if (bad) errors.push(invalidValue(`${path}.iqn`, s.iqn, c.persistent ? 'must be valid format' : bad));
  }
  if (s.lun < 0 || s.lun > 255) errors.push(invalidValue(`${path}.lun`, s.lun, 'must be between 0 and 255, inclusive'));
  if ((s.chapAuthDiscovery || s.chapAuthSession) && !s.secretRef) errors.push(required(`${path}.secretRef`));
  if (c.persistent && s.secretRef) pushRequired(errors, s.secretRef.name, `${path}.secretRef.name`);
  if (s.initiatorName !== undefined) {
    const bad = badIscsiName(s.initiatorName);
    if (bad) errors.push(invalidValue(`${path}.initiatorname`, s.initiatorName, c.persistent ? 'must be valid format' : bad));
  }
  if (!c.persistent && tooLongName) errors.push(invalidValue(`${path.slice(0, -'.iscsi'.length)}.name`, c.name, ISCSI_TOO_LONG));
};

const fibreChannel: Check = (errors, s, path) => {
  const targets = (s.targetWWNs ?? []) as string[];
  const wwids = (s.wwids ?? []) as string[];
  if (!targets.length && !wwids.length) errors.push(required(`${path}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both'));
  if (!targets.length) return;
  if (wwids.length) errors.push(invalidValue(`${path}.targetWWNs`, targets, 'targetWWNs and wwids can not be specified simultaneously'));
  if (s.lun === undefined) errors.push(required(`${path}.lun`, 'lun is required if targetWWNs is specified'));
  else if (s.lun < 0 || s.lun > 255) errors.push(invalidValue(`${path}.lun`, s.lun, 'must be between 0 and 255, inclusive'));
};

const nfs: Check = (errors, s, path) => {
  pushRequired(errors, s.server, `${path}.server`);
  pushRequired(errors, s.path, `${path}.path`);
  if (!s.path?.startsWith('/')) errors.push(invalidValue(`${path}.path`, s.path ?? '', 'must be an absolute path'));
};

const quobyte: Check = (errors, s, path) => {
  if (!s.registry) errors.push(required(`${path}.registry`, REGISTRY));
  else if (s.tenant && longerThan(s.tenant, 64)) errors.push(required(`${path}.tenant`, 'must be a UUID and may not exceed a length of 64 characters'));
  else {
    for (const pair of (s.registry as string).split(',')) {
      if (!/^(\[[^[\]]*\]|[^[\]:]*):[^[\]:]*$/.test(pair)) errors.push(invalidValue(`${path}.registry`, s.registry, REGISTRY));
    }
  }
  pushRequired(errors, s.volume, `${path}.volume`);
};

const glusterfs: Check = (errors, s, path, c) => {
  pushRequired(errors, s.endpoints, `${path}.endpoints`);
  pushRequired(errors, s.path, `${path}.path`);
  if (!c.persistent || s.endpointsNamespace === undefined) return;
  const at = `${path}.endpointsNamespace`;
  if (!s.endpointsNamespace) errors.push(invalidValue(at, '', 'if the endpointnamespace is set, it must be a valid namespace name'));
  else pushMessages(errors, nameIsDnsLabel(s.endpointsNamespace, false), s.endpointsNamespace, at);
};

const flocker: Check = (errors, s, path) => {
  if (!s.datasetName && !s.datasetUUID) errors.push(required(path, 'one of datasetName and datasetUUID is required'));
  if (s.datasetName && s.datasetUUID) errors.push(invalidValue(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'));
  if (s.datasetName?.includes('/')) errors.push(invalidValue(`${path}.datasetName`, s.datasetName, "must not contain '/'"));
};

const flexVolume: Check = (errors, s, path) => {
  pushRequired(errors, s.driver, `${path}.driver`);
  for (const key in s.options as Raw | undefined) {
    const domain = `.${key.split('/', 1)[0]!.toLowerCase()}`;
    if (domain.endsWith('.kubernetes.io') || domain.endsWith('.k8s.io')) {
      errors.push(invalidValue(`${path}.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved'));
    }
  }
};

const azureFile: Check = (errors, s, path, c) => {
  pushRequired(errors, s.secretName, `${path}.secretName`);
  pushRequired(errors, s.shareName, `${path}.shareName`);
  if (c.persistent && s.secretNamespace === '') errors.push(required(`${path}.secretNamespace`));
};

const azureDisk: Check = (errors, s, path) => {
  pushRequired(errors, s.diskName, `${path}.diskName`);
  pushRequired(errors, s.diskURI, `${path}.diskURI`);
  if (s.cachingMode !== undefined) pushNotSupported(errors, s.cachingMode, ['None', 'ReadOnly', 'ReadWrite'], `${path}.cachingMode`);
  if (s.kind === undefined) return;
  pushNotSupported(errors, s.kind, ['Dedicated', 'Managed', 'Shared'], `${path}.kind`);
  const uri = (s.diskURI ?? '') as string;
  const [prefix, form] =
    s.kind === 'Managed'
      ? ['/subscriptions/', '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}']
      : ['https://', 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'];
  if (!uri.startsWith(prefix!)) errors.push(notSupported(`${path}.diskURI`, uri, [form!]));
};

const storageos: Check = (errors, s, path, c) => {
  if (!s.volumeName) errors.push(required(`${path}.volumeName`));
  else pushLabelNameErrors(errors, s.volumeName, `${path}.volumeName`);
  if (s.volumeNamespace) pushLabelNameErrors(errors, s.volumeNamespace, `${path}.volumeNamespace`);
  pushSecretRefErrors(errors, s, path, c);
};

/** Complaints about the name of a CSI driver. */
export function pushDriverNameErrors(errors: FieldError[], name: string | undefined, path: string): void {
  if (!name) return void errors.push(required(path));
  if (longerThan(name, 63)) errors.push(tooLong(path, 63));
  pushMessages(errors, isDns1123Subdomain(name.toLowerCase()), name, path);
}

function pushSecretReferenceErrors(errors: FieldError[], ref: Raw | undefined, path: string): void {
  if (!ref) return;
  if (!ref.name) errors.push(required(`${path}.name`));
  else pushSubdomainErrors(errors, ref.name, `${path}.name`);
  if (!ref.namespace) errors.push(required(`${path}.namespace`));
  else pushLabelNameErrors(errors, ref.namespace, `${path}.namespace`);
}

const csi: Check = (errors, s, path, c) => {
  pushDriverNameErrors(errors, s.driver, `${path}.driver`);
  if (c.persistent) {
    pushRequired(errors, s.volumeHandle, `${path}.volumeHandle`);
    for (const f of ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef']) {
      pushSecretReferenceErrors(errors, s[f], `${path}.${f}`);
    }
  } else if (s.nodePublishSecretRef) {
    const name = s.nodePublishSecretRef.name as string | undefined;
    if (!name) errors.push(required(`${path}.nodePublishSecretRef.name`));
    else pushSubdomainErrors(errors, name, `${path}.name`);
  }
};

/** Sources that pods and PersistentVolumes have in common. */
export const SOURCE_CHECKS: Readonly<Record<string, Check>> = {
  hostPath(errors, s, path) {
    if (!s.path) return void errors.push(required(`${path}.path`));
    pushBackstepErrors(errors, s.path, `${path}.path`);
    if (s.type !== undefined) pushNotSupported(errors, s.type, HOST_PATH_TYPES, `${path}.type`);
  },
  gitRepo(errors, s, path) {
    pushRequired(errors, s.repository, `${path}.repository`);
    pushDescendingPathErrors(errors, s.directory ?? '', `${path}.directory`);
  },
  gcePersistentDisk: partition('pdName'),
  awsElasticBlockStore: partition('volumeID'),
  nfs,
  iscsi,
  glusterfs,
  flocker,
  rbd(errors, s, path) {
    if (!s.monitors?.length) errors.push(required(`${path}.monitors`));
    pushRequired(errors, s.image, `${path}.image`);
  },
  cinder(errors, s, path, c) {
    pushRequired(errors, s.volumeID, `${path}.volumeID`);
    pushSecretRefErrors(errors, s, path, c);
  },
  cephfs(errors, s, path) {
    if (!s.monitors?.length) errors.push(required(`${path}.monitors`));
  },
  quobyte,
  fc: fibreChannel,
  flexVolume,
  azureFile,
  vsphereVolume: requireAll('volumePath'),
  photonPersistentDisk: requireAll('pdID'),
  portworxVolume: requireAll('volumeID'),
  azureDisk,
  storageos,
  scaleIO: requireAll('gateway', 'system', 'volumeName'),
  csi,
  local(errors, s, path) {
    if (!s.path) return void errors.push(required(`${path}.path`));
    pushBackstepErrors(errors, s.path, `${path}.path`);
  },
};

/** Fields under which complaints of a source stand where that is not its own name. */
const CHECKED_AT: Readonly<Record<string, string>> = { gcePersistentDisk: 'persistentDisk' };
const REFUSED_AT: Readonly<Record<string, string>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' };

/**
 * Checks the sources of a volume in `order`: the first one by its own rules, every further one is forbidden. `path` is the volume's.
 * @returns whether there was one
 */
export function pushSourceErrors(
  errors: FieldError[],
  volume: Raw,
  path: string,
  order: readonly string[],
  checks: Readonly<Record<string, Check>>,
  c: SourceContext,
): boolean {
  let found = false;
  for (let i = 0; i < order.length; i++) {
    const kind = order[i]!;
    const source = volume[kind] as Raw | undefined;
    if (!source) continue;
    // upstream looks at a flexVolume of a PersistentVolume whatever else there is
    if (found && !(c.persistent && kind === 'flexVolume')) {
      errors.push(forbiddenField(`${path}.${REFUSED_AT[kind] ?? kind}`, 'may not specify more than 1 volume type'));
      continue;
    }
    found = true;
    checks[kind]!(errors, source, `${path}.${CHECKED_AT[kind] ?? kind}`, c);
  }
  return found;
}
