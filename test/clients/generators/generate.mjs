// Joins all OpenAPI v3 documents that the server serves into one, for generators that take one, and puts it into the folder where it is run:
// served.json, and plain.json without defaults that are objects (`default: {}`), which kube-apiserver has, too, and some generators cannot make
// a literal of. Beside them connection.json and the files it names: how to reach the server.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Api } from '../../durability/api.mjs';

const api = new Api(process.env.KUBECONFIG, 2);
const get = async (path) => {
  const { code, body } = await api.request('GET', path);
  if (code !== 200) throw new Error(`GET ${path}: ${code}`);
  return body;
};

/** Adds entries; what is there already must be the same but for the list of kinds that use it, which is each document's own. */
function add(to, from = {}, what) {
  const bare = (schema) => ({ ...schema, 'x-kubernetes-group-version-kind': undefined });
  for (const [name, value] of Object.entries(from)) {
    if (Object.hasOwn(to, name) && !isDeepStrictEqual(bare(to[name]), bare(value))) throw new Error(`${what} ${name} differs between two documents`);
    to[name] = value;
  }
}

function withoutObjectDefaults(v) {
  if (Array.isArray(v)) return v.map(withoutObjectDefaults);
  if (typeof v !== 'object' || v === null) return v;
  return Object.fromEntries(Object.entries(v).flatMap(([k, x]) => (k === 'default' && typeof x === 'object' ? [] : [[k, withoutObjectDefaults(x)]])));
}

const all = { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'v1.36' }, paths: {}, components: { schemas: {}, securitySchemes: {} } };
const { paths } = await get('/openapi/v3');
for (const { serverRelativeURL } of Object.values(paths)) {
  const document = await get(serverRelativeURL);
  add(all.paths, document.paths, 'path');
  add(all.components.schemas, document.components?.schemas, 'schema');
  add(all.components.securitySchemes, document.components?.securitySchemes, 'security scheme');
}
writeFileSync('served.json', JSON.stringify(all));
writeFileSync('plain.json', JSON.stringify({ ...all, components: { ...all.components, schemas: withoutObjectDefaults(all.components.schemas) } }));

mkdirSync('connection', { recursive: true, mode: 0o700 });
const connection = { host: api.server.origin };
for (const part of ['ca', 'cert', 'key']) {
  connection[part] = join(process.cwd(), 'connection', `${part}.pem`);
  writeFileSync(connection[part], api.agent.options[part], { mode: 0o600 });
}
writeFileSync('connection.json', JSON.stringify(connection));
api.close();
console.log(`${Object.keys(all.paths).length} paths, ${Object.keys(all.components.schemas).length} schemas`);
