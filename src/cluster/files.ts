/** Names of the files in a cluster's data folder. */
export const DATABASE_FILE = 'state.db';
export const PKI_FILE = 'pki.json';
export const RUN_FILE = 'run.json';
/** Copy of the kubeconfig. */
export const KUBECONFIG_FILE = 'kubeconfig';
