import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cache, here } from './places.mjs';

const VERSION = '7.25.0';
const OAPI_CODEGEN = 'v2.8.2';
const jars = join(cache, 'generators');
const jar = join(jars, `openapi-generator-cli-${VERSION}.jar`);
const from = join(here, 'generators');
const generate = join(from, 'generate.mjs');

/** A folder for what is generated; what was there before goes, so that nothing stays that is no longer made. */
function made(name) {
  const dir = join(cache, name);
  mkdirSync(dir, { recursive: true });
  return dir;
}

/** The commands that make a client of the joined documents by openapi-generator, for `dir`/`generator`. */
function openapiGenerator(dir, generator, properties) {
  const without = 'apiTests=false,modelTests=false,apiDocs=false,modelDocs=false';
  return [
    [dir, 'node', generate],
    [dir, 'rm', '-rf', generator],
    [dir, 'java', '-jar', jar, 'generate', '-i', 'plain.json', '-g', generator, '-o', generator, '--global-property', without, ...properties],
  ];
}

const getJar = [jars, 'mvn', '--quiet', '--batch-mode', 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy', `-Dartifact=org.openapitools:openapi-generator-cli:${VERSION}`, `-DoutputDirectory=${jars}`];

const python = made('generated-python');
const go = made('generated-go');
const oapi = made('generated-oapi');
made('generators');

/** Clients that generators make of the served OpenAPI documents: they must compile, and read what the server answers. */
export const GENERATED = [
  {
    name: 'openapi-generator, Python',
    needs: ['mvn', 'java', 'python3'],
    fetch: [getJar, [python, 'python3', '-m', 'venv', 'venv'], [python, 'venv/bin/python', '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', join(from, 'requirements.txt')]],
    build: openapiGenerator(python, 'python', []),
    run: [python, 'venv/bin/python', join(from, 'use.py')],
    steps: ['compile', 'create', 'list', 'delete'],
  },
  {
    name: 'openapi-generator, Go',
    needs: ['mvn', 'java', 'go'],
    fetch: [getJar, [join(from, 'use-go'), 'go', 'mod', 'download']],
    build: [...openapiGenerator(go, 'go', ['-p', 'packageName=k8s']), [go, 'cp', '-R', ...['go.mod', 'go.sum', 'use'].map((f) => join(from, 'use-go', f)), 'go'], [join(go, 'go'), 'go', 'build', '-o', '../use', './use']],
    run: [go, './use'],
    steps: ['create', 'list', 'delete'],
  },
  {
    name: 'oapi-codegen',
    needs: ['go'],
    fetch: [
      [oapi, 'env', `GOBIN=${oapi}`, 'go', 'install', `github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@${OAPI_CODEGEN}`],
      [join(from, 'use-oapi'), 'go', 'mod', 'download'],
    ],
    build: [
      [oapi, 'node', generate],
      [oapi, 'cp', '-R', ...['go.mod', 'go.sum', 'use'].map((f) => join(from, 'use-oapi', f)), '.'],
      [oapi, 'mkdir', '-p', 'k8s'],
      [oapi, './oapi-codegen', '-generate', 'types,client', '-package', 'k8s', '-o', 'k8s/k8s.go', 'served.json'],
      [oapi, 'go', 'build', '-o', 'using', './use'],
    ],
    run: [oapi, './using'],
    steps: ['list'],
  },
];
