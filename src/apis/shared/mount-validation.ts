import { forbiddenField, invalidValue, notFoundValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import { pushDescendingPathErrors } from './paths';
import type { Raw } from './raw';

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None'];
const RECURSIVE = ['Disabled', 'Enabled', 'IfPossible'];

/** The volumes of a pod that are all right, by name. */
export type VolumesByName = ReadonlyMap<string, Raw>;

/** Paths of mounts or devices by volume name; of two with one name the last counts. */
function pathsByName(list: readonly Raw[] | undefined, field: string): Map<string, string> {
  const paths = new Map<string, string>();
  for (const e of list ?? []) paths.set((e.name ?? '') as string, (e[field] ?? '') as string);
  return paths;
}

function hasPath(paths: ReadonlyMap<string, string>, path: string): boolean {
  for (const p of paths.values()) if (p === path) return true;
  return false;
}

function pushPropagation(errors: FieldError[], mode: string, container: Raw, path: string): void {
  if (!PROPAGATIONS.includes(mode)) errors.push(notSupported(path, mode, PROPAGATIONS));
  if (mode === 'Bidirectional' && !container.securityContext?.privileged) {
    errors.push(forbiddenField(path, 'Bidirectional mount propagation is available only to privileged containers'));
  }
}

function pushRecursive(errors: FieldError[], m: Raw, path: string): void {
  const mode = m.recursiveReadOnly as string;
  if (!RECURSIVE.includes(mode)) return void errors.push(notSupported(path, mode, RECURSIVE));
  if (mode === 'Disabled') return;
  if (!m.readOnly) errors.push(forbiddenField(path, 'may only be specified when readOnly is true'));
  if (m.mountPropagation !== undefined && m.mountPropagation !== 'None') {
    errors.push(forbiddenField(path, 'may only be specified when mountPropagation is None or not specified'));
  }
}

/** Complaints about the volumeMounts of a container at `path`; several stand at the list, not at the mount, as upstream. */
export function pushMountErrors(errors: FieldError[], container: Raw, volumes: VolumesByName, path: string): void {
  const mounts = container.volumeMounts as Raw[];
  const devices = pathsByName(container.volumeDevices, 'devicePath');
  const points = new Set<string>();
  for (let i = 0; i < mounts.length; i++) {
    const m = mounts[i]!;
    const at = `${path}[${i}]`;
    const name = (m.name ?? '') as string;
    const point = (m.mountPath ?? '') as string;
    if (!name) errors.push(required(`${at}.name`));
    if (!volumes.has(name)) errors.push(notFoundValue(`${at}.name`, name));
    if (!point) errors.push(required(`${at}.mountPath`));
    if (points.has(point)) errors.push(invalidValue(`${at}.mountPath`, point, 'must be unique'));
    points.add(point);
    if (devices.has(name)) errors.push(invalidValue(`${at}.name`, name, 'must not already exist in volumeDevices'));
    if (hasPath(devices, point)) errors.push(invalidValue(`${at}.mountPath`, point, 'must not already exist as a path in volumeDevices'));
    if (m.subPath) pushDescendingPathErrors(errors, m.subPath, `${path}.subPath`);
    if (m.subPathExpr) {
      if (m.subPath) errors.push(invalidValue(`${at}.subPathExpr`, m.subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
      pushDescendingPathErrors(errors, m.subPathExpr, `${path}.subPathExpr`);
    }
    if (m.mountPropagation !== undefined) pushPropagation(errors, m.mountPropagation, container, `${path}.mountPropagation`);
    if (m.recursiveReadOnly !== undefined) pushRecursive(errors, m, `${path}.recursiveReadOnly`);
  }
}

/** Complaints about the volumeDevices of a container at `path`. */
export function pushDeviceErrors(errors: FieldError[], container: Raw, volumes: VolumesByName, path: string): void {
  const mounts = pathsByName(container.volumeMounts, 'mountPath');
  const paths = new Set<string>();
  const names = new Set<string>();
  (container.volumeDevices as Raw[]).forEach((d, i) => {
    const at = `${path}[${i}]`;
    const name = (d.name ?? '') as string;
    const device = (d.devicePath ?? '') as string;
    const volume = volumes.get(name);
    if (!name) errors.push(required(`${at}.name`));
    if (names.has(name)) errors.push(invalidValue(`${at}.name`, name, 'must be unique'));
    if (volume && !volume.persistentVolumeClaim && !volume.ephemeral) {
      errors.push(invalidValue(`${at}.name`, name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'));
    }
    if (!volume) errors.push(notFoundValue(`${at}.name`, name));
    if (!device) errors.push(required(`${at}.devicePath`));
    if (paths.has(device)) errors.push(invalidValue(`${at}.devicePath`, device, 'must be unique'));
    if (device.split('/').includes('..')) errors.push(invalidValue(`${at}.devicePath`, device, "can not contain backsteps ('..')"));
    else paths.add(device);
    if (mounts.has(name)) errors.push(invalidValue(`${at}.name`, name, 'must not already exist in volumeMounts'));
    if (hasPath(mounts, device)) errors.push(invalidValue(`${at}.devicePath`, device, 'must not already exist as a path in volumeMounts'));
    if (name) names.add(name);
  });
}
