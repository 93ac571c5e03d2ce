// schemathesis (from PyPI) over the served OpenAPI documents: requests made from the schemas, with a share of broken ones.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FuzzClient } from './client.mjs';
import { fault } from './judge.mjs';

const VERSION = '4.32.5';
/** Documents worth most, first; the others follow while there is time. */
const FIRST = ['api/v1', 'apis/apps/v1', 'apis/batch/v1', 'apis/networking.k8s.io/v1', 'apis/policy/v1'];
/** Operations whose answers are streams, or come from what is behind a proxy. */
const EXCLUDED = '/(proxy|exec|attach|portforward|log|watch)(/|$)';

/** Adds what schemathesis finds in `time` ms to `faults`. */
export async function fuzzSchemas({ kubeconfig, seed, faults, root, time }) {
  const program = install(root);
  if (!program) {
    console.log('schemathesis: left out, as there is no Python that can install it');
    return;
  }
  const until = performance.now() + time;
  const client = new FuzzClient(kubeconfig);
  const index = JSON.parse((await client.send({ method: 'GET', path: '/openapi/v3' })).body).paths;
  const names = [...FIRST, ...Object.keys(index).filter((n) => /^apis\/.*\/v\d/.test(n) && !FIRST.includes(n))];
  const dir = mkdtempSync(join(tmpdir(), 'kubernest-schemathesis-'));
  let requests = 0;
  let documents = 0;
  for (const name of names) {
    const left = until - performance.now();
    if (left < 3000) break;
    documents++;
    const share = Math.max(5000, left / (names.length - documents + 1));
    requests += await runDocument({ program, client, name, path: index[name].serverRelativeURL, dir, seed, faults, time: Math.min(left, share) });
  }
  rmSync(dir, { recursive: true, force: true });
  client.close();
  console.log(`schemathesis: ${requests} requests over ${documents} of ${names.length} documents`);
}

/** The command in a virtual environment that is made once; undefined where that cannot be. */
function install(root) {
  const folder = join(root, 'node_modules/.cache/kubernest/schemathesis', VERSION);
  const program = join(folder, 'bin/schemathesis');
  const works = () => existsSync(program) && spawnSync(program, ['--version']).status === 0;
  if (works()) return program;
  if (spawnSync('python3', ['-m', 'venv', folder]).status !== 0) return undefined;
  const { status } = spawnSync(join(folder, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', `schemathesis==${VERSION}`], { timeout: 300_000 });
  return status === 0 && works() ? program : undefined;
}

/** Runs one document for `time` ms; @returns the number of requests sent */
async function runDocument({ program, client, name, path, dir, seed, faults, time }) {
  const schema = join(dir, 'schema.json');
  const answers = join(dir, 'answers.ndjson');
  rmSync(answers, { force: true });
  writeFileSync(schema, JSON.stringify(narrowed(JSON.parse((await client.send({ method: 'GET', path })).body))));
  writeFileSync(join(dir, 'cluster.pem'), Buffer.concat([client.api.agent.options.cert, Buffer.from('\n'), client.api.agent.options.key]));
  writeFileSync(join(dir, 'authority.pem'), client.api.agent.options.ca);
  const args = [
    'run', schema, '--url', client.api.server.href.replace(/\/$/, ''), '--seed', String(seed), '--phases', 'fuzzing,coverage', '--mode', 'all', '--checks', 'not_a_server_error', '--exclude-path-regex', EXCLUDED,
    '--request-timeout', '15', '--request-cert', join(dir, 'cluster.pem'), '--tls-verify', join(dir, 'authority.pem'), '--max-time', String(Math.ceil(time / 1000)), '--report', 'ndjson', '--report-ndjson-path', answers, '--no-color', '--continue-on-failure', '--no-shrink', '--workers', '2',
  ];
  const child = spawn(program, args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (d) => (output += d));
  child.stderr.on('data', (d) => (output += d));
  const timer = setTimeout(() => child.kill('SIGKILL'), time + 5000);
  await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(timer);
  if (!existsSync(answers)) {
    faults.push({ what: `schemathesis did not run on ${name}: ${output.slice(-1500)}` });
    return 0;
  }
  return judgeAnswers(name, readFileSync(answers, 'utf8'), faults);
}

/** The document with less freedom where chance would never find what exists: no watches, one namespace, each body of its kind. */
function narrowed(document) {
  for (const item of Object.values(document.paths)) {
    for (const owner of [item, ...Object.values(item)]) {
      if (!Array.isArray(owner?.parameters)) continue;
      owner.parameters = owner.parameters.filter((p) => p.name !== 'watch');
      for (const p of owner.parameters) if (p.in === 'path' && p.name === 'namespace') p.schema = { type: 'string', enum: ['default'] };
    }
  }
  for (const schema of Object.values(document.components.schemas)) {
    const kinds = schema['x-kubernetes-group-version-kind'];
    if (kinds?.length !== 1 || !schema.properties?.kind || !schema.properties.metadata) continue;
    const { group, version, kind } = kinds[0];
    schema.properties.kind = { type: 'string', enum: [kind] };
    schema.properties.apiVersion = { type: 'string', enum: [group ? `${group}/${version}` : version] };
    schema.required = [...new Set([...(schema.required ?? []), 'apiVersion', 'kind', 'metadata'])];
  }
  return document;
}

/** Looks at every answer in schemathesis' record as at those of the mutations; @returns their number */
function judgeAnswers(name, record, faults) {
  let count = 0;
  const seen = new Set();
  const blame = (what, request) => {
    const kind = what.replaceAll(/"[^"]*"|\d+/g, '#').slice(0, 120);
    if (!seen.has(kind)) faults.push({ what: `${name}: ${what}`, request });
    seen.add(kind);
  };
  // What was killed may have left half a line.
  for (const line of record.slice(0, record.lastIndexOf('\n') + 1).split('\n').filter(Boolean)) {
    const event = JSON.parse(line);
    const error = event.NonFatalError?.value;
    if (error?.type === 'ConnectionError') blame(`${event.NonFatalError.label}: ${error.message}`);
    for (const { request, response } of Object.values(event.ScenarioFinished?.recorder.interactions ?? {})) {
      count++;
      // The record cuts bodies at a megabyte, and leaves larger ones out.
      const body = bytes(response?.content);
      if (!response || body.length >= 1 << 20 || (response.status_code < 300 && !body.length)) continue;
      const headers = Object.fromEntries(Object.entries(response.headers).map(([k, v]) => [k, v.join(', ')]));
      const what = fault({ code: response.status_code, headers, body });
      if (what) blame(what, { method: request.method, path: request.uri, headers: request.headers, body: bytes(request.body).toString() });
    }
  }
  return count;
}

const bytes = (content) => Buffer.from(content?.$base64 ?? content ?? '', content?.$base64 ? 'base64' : 'utf8');
