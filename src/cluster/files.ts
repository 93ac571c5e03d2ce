/** Names of the files in a cluster's data folder. */
export const DATABASE_FILE = 'state.db';
