#!/usr/bin/env node
// npm run openapi:import -- DIR [V2-FILE] [--out DIR]
// Reads the OpenAPI v3 documents of a Kubernetes cluster (files with components.schemas in DIR) and writes their structure to openapi/:
// one JSON a group and version, a definition a line, without any description. Definitions that several documents share are kept once,
// in the file of the package that owns them. V2-FILE is the OpenAPI v2 document of the same cluster: it alone names every group version
// that knows DeleteOptions and WatchEvent. openapi/go-fields.json is not touched (openapi/README.md says where it comes from).
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { out: { type: 'string', default: path.join(import.meta.dirname, '..', 'openapi') } } });
const [dir, v2File] = positionals;
if (!dir) {
  console.error('usage: npm run openapi:import -- DIR [V2-FILE] [--out DIR]   (a folder with OpenAPI v3 documents, e.g. of kubectl get --raw /openapi/v3/apis/apps/v1)');
  process.exit(2);
}
const target = values.out;
const GVKS = 'x-kubernetes-group-version-kind';
const KEEP = ['type', 'format', 'enum', 'required', 'default', 'nullable', 'oneOf', 'uniqueItems', 'minimum', 'maximum', 'pattern'];

function strip(node) {
  if (node === null || typeof node !== 'object') return node;
  // A reference that carries attributes is written as allOf with a single member.
  const out = node.allOf?.length === 1 ? { ...strip(node.allOf[0]) } : {};
  if (node.$ref) out.$ref = node.$ref.replace('#/components/schemas/', '');
  for (const k of KEEP) if (k in node) out[k] = node[k];
  for (const k of Object.keys(node)) if (k.startsWith('x-kubernetes-')) out[k] = node[k];
  if (node.items) out.items = strip(node.items);
  if (node.additionalProperties !== undefined) out.additionalProperties = typeof node.additionalProperties === 'object' ? strip(node.additionalProperties) : node.additionalProperties;
  if (node.properties) out.properties = Object.fromEntries(Object.entries(node.properties).map(([k, v]) => [k, strip(v)]));
  return out;
}

/** A definition but for its kinds, of which every document knows only its own. */
function body(definition) {
  return JSON.stringify({ ...definition, [GVKS]: undefined });
}

/** io.k8s.api.apps.v1.Deployment → apps_v1; shared machinery → meta_v1. */
function fileOf(name) {
  const api = /^io\.k8s\.api\.([^.]+)\.([^.]+)\./.exec(name);
  if (api) return `${api[1]}_${api[2]}`;
  const other = /\.pkg\.apis\.([^.]+)\.([^.]+)\./.exec(name);
  if (other && !name.startsWith('io.k8s.apimachinery.')) return `${other[1]}_${other[2]}`;
  return 'meta_v1';
}

const definitions = new Map();
for (const f of fs.readdirSync(dir).sort()) {
  if (!f.endsWith('.json')) continue;
  const schemas = JSON.parse(fs.readFileSync(path.join(dir, f), 'utf8')).components?.schemas ?? {};
  for (const [name, schema] of Object.entries(schemas)) {
    const next = strip(schema);
    const before = definitions.get(name);
    if (before && body(before) !== body(next)) {
      console.error(`openapi:import: ${name} in ${f} is not the type it is in another document; take all documents from one cluster`);
      process.exit(1);
    }
    // Every document lists only its own kinds on shared types such as DeleteOptions.
    if (before?.[GVKS] && next[GVKS]) {
      const all = [...before[GVKS], ...next[GVKS]];
      next[GVKS] = [...new Map(all.map((g) => [`${g.group}/${g.version}/${g.kind}`, g])).values()];
    }
    definitions.set(name, next);
  }
}
if (v2File) {
  const v2 = JSON.parse(fs.readFileSync(v2File, 'utf8')).definitions ?? {};
  for (const [name, definition] of definitions) {
    if (v2[name]?.[GVKS]) definition[GVKS] = v2[name][GVKS];
  }
}
if (definitions.size === 0) {
  console.error(`openapi:import: no OpenAPI v3 document with schemas in ${dir}`);
  process.exit(1);
}

const files = new Map();
for (const name of [...definitions.keys()].sort()) {
  const file = fileOf(name);
  if (!files.has(file)) files.set(file, []);
  files.get(file).push(name);
}
fs.mkdirSync(target, { recursive: true });
for (const [file, names] of files) {
  const lines = names.map((n) => `${JSON.stringify(n)}:${JSON.stringify(definitions.get(n))}`);
  fs.writeFileSync(path.join(target, `${file}.json`), `{\n${lines.join(',\n')}\n}\n`);
}
console.log(`${definitions.size} definitions in ${files.size} files`);
