import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from '../kubelet/stages/stage';
import { parseStages } from '../kubelet/stages/stage-file';
import { OptionsError } from './options';

/**
 * The stages in files of KWOK's, or in the YAML files of folders (not of those inside, and no kustomization).
 * @throws OptionsError when a file cannot be read or holds anything else
 */
export function readStages(paths: readonly string[]): Stage[] {
  try {
    return paths.flatMap(filesAt).flatMap((file) => parseStages(readFileSync(file, 'utf8'), file));
  } catch (e) {
    throw new OptionsError([`--stages ${paths.join(',')}: ${(e as Error).message}`]);
  }
}

function filesAt(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const files = readdirSync(path).filter((f) => /\.ya?ml$/.test(f) && !/^kustomization\.ya?ml$/.test(f)).sort();
  if (!files.length) throw new Error(`the folder ${path} has no YAML files`);
  return files.map((f) => join(path, f));
}
