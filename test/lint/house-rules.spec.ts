import { ESLint } from 'eslint';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(__dirname, '../..');
/** The rules that need no types; without types, the whole tree takes seconds. */
const eslint = new ESLint({
  cwd: root,
  ruleFilter: ({ ruleId }) => ruleId.startsWith('house/'),
  overrideConfig: { languageOptions: { parserOptions: { project: null } }, linterOptions: { reportUnusedDisableDirectives: 'off' } },
});

/** Complaints about a source in a place, 'rule: message' each. */
async function complaints(file: string, source: string): Promise<string[]> {
  const [result] = await eslint.lintText(source, { filePath: join(root, file) });
  return result!.messages.map((m) => `${m.ruleId}: ${m.message}`);
}

describe('the sources', () => {
  it('import only what their layer may, and have time and chance injected', async () => {
    const results = await eslint.lintFiles(['src/**/*.ts']);
    expect(results.length).toBeGreaterThan(100);
    const found = results.flatMap((r) => r.messages.map((m) => `${r.filePath.slice(root.length + 1)}:${m.line} ${m.message}`));
    expect(found).toEqual([]);
  }, 120_000);
});

describe('who may import whom', () => {
  it.each([
    ['src/api/x.ts', "import { a } from '../storage/store';", 'api may not import storage/store'],
    ['src/util/x.ts', "export { a } from '../api/meta/object';", 'util may not import api/meta/object'],
    ['src/storage/watch-cache/x.ts', "import type { A } from '../../client/client';", 'storage may not import client/client'],
    ['src/controllers/job/x.ts', "import { a } from '../../scheduler/scheduler';", 'controllers may not import scheduler/scheduler'],
    ['src/kubelet/x.ts', "const a = await import('../storage/store');", 'kubelet may not import storage/store'],
    ['src/scheduler/x.ts', "let a: import('../apiserver/registry/strategy').Ctx;", 'scheduler may not import apiserver/registry/strategy'],
    ['src/apis/core/x.ts', "import { a } from '../../apiserver/registry/registry';", 'apis may not import apiserver/registry/registry'],
    ['src/client/x.ts', "const a = require('../apiserver/handlers/handlers');", 'client may not import apiserver/handlers/handlers'],
    ['src/controllers/x.ts', "import { Injectable } from '@nestjs/common';", '@nestjs/common may not be imported in controllers/x.ts'],
    ['src/storage/watch-cache/x.ts', "import Database from 'better-sqlite3';", 'better-sqlite3 may not be imported in storage/watch-cache/x.ts'],
    ['src/client/x.ts', "import { map } from 'rxjs/operators';", 'rxjs/operators may not be imported in client/x.ts'],
  ])('%s: %s', async (file, source, message) => {
    const found = await complaints(file, source);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`house/layers: ${message}`);
  });

  it.each([
    ['src/apis/core/x.ts', "import type { Ctx } from '../../apiserver/registry/strategy'; import { b } from '../shared/names';"],
    ['src/apis/core/core.module.ts', "import { Module } from '@nestjs/common';"],
    ['src/controllers/job/x.ts', "import { a } from '../shared/b'; import { c } from '../../client/client'; import { readFile } from 'node:fs';"],
    ['src/cluster/x.ts', "import { a } from '../storage/store'; import { Subject } from 'rxjs';"],
    ['src/storage/sqlite/x.ts', "import Database from 'better-sqlite3';"],
  ])('%s may: %s', async (file, source) => {
    expect(await complaints(file, source)).toEqual([]);
  });
});

describe('time and chance', () => {
  it.each([
    ['const a = Date.now();', 'Date.now'],
    ['const a = new Date();', 'new Date()'],
    ['const a = Date();', 'Date()'],
    ['setTimeout(f, 10);', 'setTimeout'],
    ['const later = globalThis.setInterval;', 'setInterval'],
    ['const a = Math.random();', 'Math.random'],
    ['const a = performance.now();', 'performance.now'],
    ['const a = process.hrtime.bigint();', 'process.hrtime'],
    ['const a = AbortSignal.timeout(5);', 'AbortSignal.timeout'],
    ["import { randomUUID } from 'node:crypto';", 'randomUUID'],
    ["import { setTimeout as sleep } from 'node:timers/promises';", 'node:timers/promises'],
  ])('%s', async (source, what) => {
    const found = await complaints('src/scheduler/x.ts', source);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`house/injected-only: ${what} is not for components`);
  });

  it('may be read from what is injected, and dates may be made of given times', async () => {
    const source = "import { createHash } from 'node:crypto'; const a = new Date(clock.now()); clock.setTimeout(); setImmediate(f); class T { setTimeout() {} }";
    expect(await complaints('src/scheduler/x.ts', source)).toEqual([]);
    expect(await complaints('src/util/system-clock.ts', 'const a = Date.now();')).toEqual([]);
  });
});
