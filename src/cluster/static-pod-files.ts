import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { StaticManifest } from '../kubelet/static/static-pods';
import { staticPodsOf } from '../kubelet/static/static-pods';
import { OptionsError } from './options';

/**
 * The manifests in a folder: files in it are for every node, those in a folder inside for the node of that name.
 * @throws OptionsError when the folder cannot be read or a file holds anything but Pods
 */
export function readStaticPods(folder: string | undefined): StaticManifest[] {
  if (folder === undefined) return [];
  try {
    return readdirSync(folder, { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((e): StaticManifest[] => {
        if (!e.isDirectory()) return isManifest(e.name) ? podsIn(join(folder, e.name)).map((pod) => ({ pod })) : [];
        return readdirSync(join(folder, e.name)).filter(isManifest).sort().flatMap((f) => podsIn(join(folder, e.name, f)).map((pod) => ({ node: e.name, pod })));
      });
  } catch (e) {
    throw new OptionsError([`--static-pods ${folder}: ${(e as Error).message}`]);
  }
}

function isManifest(file: string): boolean {
  return /\.(ya?ml|json)$/.test(file) && !file.startsWith('.');
}

function podsIn(file: string): StaticManifest['pod'][] {
  const documents = parseAllDocuments(readFileSync(file, 'utf8'));
  const values = (Array.isArray(documents) ? documents : []).map((d) => {
    if (d.errors[0]) throw new Error(`${file}: ${d.errors[0].message.split('\n')[0]}`);
    return d.toJS() as unknown;
  });
  return staticPodsOf(values.filter((v) => v !== null), file);
}
