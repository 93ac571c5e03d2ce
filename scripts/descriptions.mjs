// Writes dist/descriptions.json: what kubectl explain shows, out of the doc comments of @kubernetes/client-node (npm run build does this).
// Definition → field → text; the field '' is the definition itself. The texts are not part of this repository.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const models = join(dirname(createRequire(import.meta.url).resolve('@kubernetes/client-node')), 'gen', 'models');
const known = new Set(readdirSync(models).filter((f) => f.endsWith('.d.ts')).map((f) => f.slice(0, -'.d.ts'.length)));

const out = {};
for (const file of readdirSync(join(root, 'openapi'))) {
  if (!/^[a-z]+_v\w+\.json$/.test(file)) continue;
  for (const name of Object.keys(JSON.parse(readFileSync(join(root, 'openapi', file), 'utf8')))) {
    const model = modelOf(name);
    const texts = model && read(model);
    if (texts && Object.keys(texts).length) out[name] = texts;
  }
}
mkdirSync(join(root, 'dist'), { recursive: true });
writeFileSync(join(root, 'dist', 'descriptions.json'), JSON.stringify(out));
console.log(`descriptions of ${Object.keys(out).length} definitions`);

/** io.k8s.api.core.v1.Event → CoreV1Event, io.k8s.api.core.v1.Pod → V1Pod; undefined when the package has no such class. */
function modelOf(name) {
  const [group, version, kind] = name.split('.').slice(-3);
  const title = (s) => s[0].toUpperCase() + s.slice(1);
  return [title(group) + title(version) + kind, title(version) + kind].find((m) => known.has(m));
}

function read(model) {
  const declaration = readFileSync(join(models, `${model}.d.ts`), 'utf8');
  const texts = {};
  const own = new RegExp(String.raw`/\*\*((?:(?!\*/)[\s\S])*)\*/\s*export declare class ${model}\b`).exec(declaration);
  if (own && text(own[1])) texts[''] = text(own[1]);
  const baseNames = new Map();
  for (const [, name, base] of readFileSync(join(models, `${model}.js`), 'utf8').matchAll(/"name": "([^"]+)",\s*"baseName": "([^"]+)"/g)) baseNames.set(name, base);
  for (const [, comment, name] of declaration.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*'([^']+)'\??:/g)) {
    texts[baseNames.get(name) ?? name] = text(comment);
  }
  return texts;
}

/** The words of a doc comment. */
function text(comment) {
  return comment
    .split('\n')
    .map((l) => l.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim()
    .replace(/\\(["\\])/g, "$1");
}
