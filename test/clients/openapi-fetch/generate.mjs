// Makes a TypeScript SDK of every OpenAPI v3 document that the server serves, and compiles it with the client program that uses it.
// It is run in the folder where its libraries are installed; all is written to ./made.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Api } from '../../durability/api.mjs';

const require = createRequire(`${process.cwd()}/`);
const library = await import(pathToFileURL(require.resolve('openapi-typescript')).href.replace('.cjs', '.mjs'));
const { default: openapiTS, astToString } = library;
const here = import.meta.dirname;
const made = join(process.cwd(), 'made');

rmSync(made, { recursive: true, force: true });
mkdirSync(made);
const api = new Api(process.env.KUBECONFIG, 2);
const get = async (path) => {
  const { code, body } = await api.request('GET', path);
  if (code !== 200) throw new Error(`GET ${path}: ${code}`);
  return body;
};
const { paths } = await get('/openapi/v3');
const names = Object.keys(paths);
for (const name of names) {
  const ast = await openapiTS(JSON.stringify(await get(paths[name].serverRelativeURL)), { silent: true, defaultNonNullable: false, emptyObjectsUnknown: true });
  writeFileSync(join(made, `${name.replace(/\W/g, '-')}.ts`), astToString(ast));
}
api.close();
for (const file of ['openapi-fetch/client.ts', 'node/steps.mjs']) copyFileSync(join(here, '..', file), join(made, file.split('/')[1]));
const options = { module: 'nodenext', target: 'es2022', strict: true, noUncheckedIndexedAccess: true, allowJs: true, outDir: './out', rootDir: '.', types: ['node'], lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'] };
writeFileSync(join(made, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts', '*.mjs'] }));
const { status, stdout } = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', made], { encoding: 'utf8' });
console.log(stdout.split('\n').slice(0, 30).join('\n'));
console.log(`${names.length} documents`);
process.exitCode = status;
