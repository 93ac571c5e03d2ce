// Writes dist/descriptions.json, or the file named: what kubectl explain shows, out of the doc comments of @kubernetes/client-node (npm run build does this).
// Fields that hold a struct have none there; theirs come from kubernetes-types.
// Definition → field → text; the field '' is the definition itself. The texts are not part of this repository.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const target = process.argv[2] ?? join(root, 'dist', 'descriptions.json');
const { resolve } = createRequire(import.meta.url);
const models = join(dirname(resolve('@kubernetes/client-node')), 'gen', 'models');
const types = dirname(resolve('kubernetes-types/package.json'));
const interfaces = new Map();
const known = new Set(readdirSync(models).filter((f) => f.endsWith('.d.ts')).map((f) => f.slice(0, -'.d.ts'.length)));

const out = {};
for (const file of readdirSync(join(root, 'openapi'))) {
  if (!/^[a-z]+_v\w+\.json$/.test(file)) continue;
  for (const name of Object.keys(JSON.parse(readFileSync(join(root, 'openapi', file), 'utf8')))) {
    const model = modelOf(name);
    const texts = merge(interfaceTexts(name) ?? {}, model ? read(model) : {});
    if (Object.keys(texts).length) out[name] = texts;
  }
}
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, JSON.stringify(out));
console.log(`descriptions of ${Object.keys(out).length} definitions`);

/** `newer` wins, but where both say the same, `older` has kept its paragraphs. */
function merge(older, newer) {
  const words = (s) => s?.replace(/\s+/g, ' ');
  const merged = { ...older, ...newer };
  for (const field of Object.keys(newer)) if (words(older[field]) === words(newer[field])) merged[field] = older[field];
  return merged;
}

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

/** The texts of kubernetes-types: a file a group version, with an interface a definition. */
function interfaceTexts(name) {
  const [group, version, kind] = name.split('.').slice(-3);
  const file = join(types, group, `${version}.d.ts`);
  if (!interfaces.has(file)) interfaces.set(file, existsSync(file) ? readInterfaces(readFileSync(file, 'utf8')) : new Map());
  return interfaces.get(file).get(kind);
}

function readInterfaces(source) {
  const found = new Map();
  for (const [, comment, kind, body] of source.matchAll(/(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?export interface (\w+)[^{]*\{\n([\s\S]*?)\n\}/g)) {
    const texts = comment ? { '': text(comment) } : {};
    for (const [, words, field] of body.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*["']?([\w$-]+)["']?\??:/g)) texts[field] = text(words);
    found.set(kind, texts);
  }
  return found;
}

/** The words of a doc comment. */
function text(comment) {
  return comment
    .split('\n')
    .map((l) => l.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim()
    .replace(/\\(["'\\])/g, '$1');
}
