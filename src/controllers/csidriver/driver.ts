/** The name of the simulated driver: in StorageClasses and CSIDriver objects. */
export const DRIVER = 'csi.kubernest.local';
/** Sidecars put it where a slash or a dot cannot be. */
export const DRIVER_DASHED = DRIVER.replaceAll('.', '-');
