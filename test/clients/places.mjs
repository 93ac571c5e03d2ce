import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where downloads and builds of clients are kept between runs, outside the checkout. */
export const cache = process.env.CLIENTS_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kubernest', 'clients');

/** The folder of the client programs. */
export const here = import.meta.dirname;
