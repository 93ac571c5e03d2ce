import { homedir } from 'node:os';
import { join } from 'node:path';

/** What every client does under a step of this name; a program that leaves one out fails. */
export const STEPS = ['create', 'get', 'list', 'watch', 'patch', 'conflict', 'delete'];

/** Where downloads and builds of clients are kept between runs, outside the checkout. */
export const cache = process.env.CLIENTS_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kubernest', 'clients');

const here = import.meta.dirname;
const go = join(here, 'go');

/**
 * The client programs. `needs`: commands without which one is skipped. `fetch`: commands that take its libraries from their registry; where
 * these fail for want of the registry the client is skipped. `build`: commands that must work then. `run`: prints `ok STEP` or `not ok STEP: why`.
 * `steps`: those it must show, when they are not the usual ones. Every command: [directory, program, …arguments].
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
];
