// Code 0 when node_modules holds what package-lock.json asks for, by what npm itself noted there.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

function packages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch (e) {
    if (e.code === 'ENOENT') return {};
    throw e;
  }
}

const wanted = packages('package-lock.json');
const installed = packages('node_modules/.package-lock.json');
const stale = Object.entries(wanted).filter(([path, p]) => path !== '' && !p.optional && installed[path]?.version !== p.version);
if (stale.length) console.log(`${stale.length} packages are missing or stale, ${stale[0][0].slice('node_modules/'.length)} among them`);
process.exit(stale.length ? 1 : 0);
