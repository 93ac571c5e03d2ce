import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Definition → field → what it is for; the field '' stands for the definition itself. */
type Texts = Record<string, Record<string, string>>;

/** The sentences that kubectl explain shows. */
export interface Descriptions {
  of(definition: string): Readonly<Record<string, string>> | undefined;
}

export const noDescriptions: Descriptions = { of: () => undefined };

/** Written by the build out of the doc comments of @kubernetes/client-node. */
const FILE = join(__dirname, '..', '..', 'descriptions.json');

/** Reads the descriptions when they are first asked for; there are none when the file does not exist (in tests, from sources). */
export function loadDescriptions(file: string = FILE): Descriptions {
  let texts: Texts | undefined;
  return {
    of(definition) {
      texts ??= existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Texts) : {};
      return Object.hasOwn(texts, definition) ? texts[definition] : undefined;
    },
  };
}
