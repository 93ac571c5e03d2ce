import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GENERATED } from './generators.mjs';
import { cache, here } from './places.mjs';

/** What every client does under a step of this name; a program that leaves one out fails. */
export const STEPS = ['create', 'get', 'list', 'watch', 'patch', 'conflict', 'delete'];

const go = join(here, 'go');
const rust = join(here, 'rust');
const java = join(here, 'java');
// By the list of versions: jars of others would stay in the class path.
const jars = join(cache, 'java', createHash('sha256').update(readFileSync(join(java, 'pom.xml'))).digest('hex').slice(0, 12));
const python = join(here, 'python');

/**
 * The client programs. `needs`: commands without which one is skipped. `fetch`: commands that take its libraries from their registry; where
 * these fail for want of the registry the client is skipped. `build`: commands that must work then. `run`: prints `ok STEP` or `not ok STEP: why`.
 * `steps`: those it must show, when they are not the usual ones. `server`: options of a server for it alone. Every command: [directory, program, …arguments].
 */
export const PROGRAMS = [
  {
    name: 'client-go',
    needs: ['go'],
    fetch: [[go, 'go', 'mod', 'download']],
    build: [[go, 'go', 'build', '-o', join(cache, 'client-go'), './clientgo']],
    run: [go, join(cache, 'client-go')],
  },
  {
    name: 'client-go, short history',
    needs: ['go'],
    fetch: [[go, 'go', 'mod', 'download']],
    build: [[go, 'go', 'build', '-o', join(cache, 'client-go'), './clientgo']],
    server: ['--history', '2s'],
    run: [go, 'env', 'KUBE_FEATURE_WatchListClient=false', join(cache, 'client-go'), 'lists'],
    steps: ['expired pages', 'expired watch', 'shared informer'],
  },
  {
    name: 'controller-runtime',
    needs: ['go'],
    fetch: [[go, 'go', 'mod', 'download']],
    build: [[go, 'go', 'build', '-o', join(cache, 'controller-runtime'), './controllerruntime']],
    run: [go, join(cache, 'controller-runtime')],
  },
  {
    name: 'protobuf',
    needs: ['go'],
    fetch: [[go, 'go', 'mod', 'download']],
    build: [[go, 'go', 'build', '-o', join(cache, 'roundtrip'), './roundtrip']],
    run: [go, join(cache, 'roundtrip')],
    steps: ['fuzz', 'requests'],
  },
  {
    name: 'python',
    needs: ['python3'],
    fetch: [
      [python, 'python3', '-m', 'venv', join(cache, 'python')],
      [python, join(cache, 'python/bin/python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', 'requirements.txt'],
    ],
    run: [python, join(cache, 'python/bin/python'), 'client.py'],
  },
  {
    name: '@kubernetes/client-node',
    needs: ['node', 'npm'],
    fetch: [installed('node')],
    run: [join(cache, 'node'), 'node', join(here, 'node/client.mjs')],
  },
  {
    name: 'openapi-fetch',
    needs: ['node', 'npm'],
    fetch: [installed('openapi-fetch')],
    build: [[join(cache, 'openapi-fetch'), 'node', join(here, 'openapi-fetch/generate.mjs')]],
    run: [join(cache, 'openapi-fetch'), 'node', 'made/out/client.js'],
  },
  {
    name: 'kube-rs',
    needs: ['cargo'],
    fetch: [[rust, 'cargo', 'fetch', '--locked', '--quiet']],
    build: [[rust, 'cargo', 'build', '--locked', '--quiet', '--target-dir', join(cache, 'rust')]],
    run: [rust, join(cache, 'rust/debug/kubernest-client')],
  },
  {
    name: 'fabric8',
    needs: ['mvn', 'javac', 'java'],
    fetch: [[java, 'mvn', '--quiet', '--batch-mode', 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`]],
    build: [[java, 'javac', '-d', join(cache, 'java/classes'), '-cp', `${jars}/*`, 'Client.java']],
    run: [java, 'java', '-cp', `${join(cache, 'java/classes')}:${jars}/*`, 'Client'],
  },
  ...GENERATED,
];

/** A command that installs what package.json in a folder here names, into a folder of the cache. */
function installed(folder) {
  const to = join(cache, folder);
  mkdirSync(to, { recursive: true });
  copyFileSync(join(here, folder, 'package.json'), join(to, 'package.json'));
  return [to, 'npm', 'install', '--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline', '--loglevel=error'];
}
