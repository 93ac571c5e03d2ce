#!/usr/bin/env node
// npm run openapi:import -- DIR
// Reads the OpenAPI v3 documents of a Kubernetes cluster (files with components.schemas in DIR) and writes their structure to openapi/:
// one JSON a group and version, a definition a line, without any description. Definitions that several documents share are kept once,
// in the file of the package that owns them.
import fs from 'node:fs';
import path from 'node:path';

const dir = process.argv[2];
if (!dir) {
  console.error('usage: npm run openapi:import -- DIR   (a folder with OpenAPI v3 documents, e.g. of kubectl get --raw /openapi/v3/apis/apps/v1)');
  process.exit(2);
}
const target = path.join(import.meta.dirname, '..', 'openapi');
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
    // Every document lists only its own kinds on shared types such as DeleteOptions.
    if (before?.['x-kubernetes-group-version-kind'] && next['x-kubernetes-group-version-kind']) {
      const all = [...before['x-kubernetes-group-version-kind'], ...next['x-kubernetes-group-version-kind']];
      next['x-kubernetes-group-version-kind'] = [...new Map(all.map((g) => [`${g.group}/${g.version}/${g.kind}`, g])).values()];
    }
    definitions.set(name, next);
  }
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
