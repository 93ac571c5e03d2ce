#!/usr/bin/env node
// npm run test:durability: every way in which data could be lost, on real servers of the build, one case after the other.
//   --only NAME,NAME  --kills N (10 a case)  --seconds N (of load before each kill, 1)
// Prints a line a case: what was done how often, how many answered writes were checked, how many were lost. Code 1 when any was, or
// when a case found anything else wrong. A case that this machine cannot do says why and is skipped.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { only: { type: 'string' }, kills: { type: 'string', default: '10' }, seconds: { type: 'string', default: '1' } } });
const here = import.meta.dirname;
const all = readdirSync(join(here, 'cases')).filter((f) => f.endsWith('.mjs')).map((f) => f.slice(0, -4)).sort();
const only = values.only?.split(',') ?? all;
const unknown = only.filter((n) => !all.includes(n));
if (unknown.length) {
  console.error(`there is no case ${unknown.join(', ')}; there are: ${all.join(', ')}`);
  process.exit(2);
}
const options = { kills: Number(values.kills), seconds: Number(values.seconds), main: join(here, '..', '..', 'dist', 'main.js') };

let failed = 0;
let answered = 0;
let lost = 0;
for (const name of only) {
  const { default: run, title } = await import(join(here, 'cases', `${name}.mjs`));
  const dir = mkdtempSync(join(tmpdir(), `kubernest-${name}-`));
  const problems = [];
  const began = performance.now();
  let result;
  try {
    result = await run({ ...options, dir }, problems);
  } catch (e) {
    problems.push(e.stack ?? String(e));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  const seconds = `${((performance.now() - began) / 1000).toFixed(0)} s`;
  if (result?.skipped) console.log(`${title.padEnd(44)} skipped: ${result.skipped}`);
  else {
    answered += result?.answered ?? 0;
    lost += problems.length;
    if (problems.length) failed++;
    console.log(`${title.padEnd(44)} ${(result?.did ?? '').padEnd(34)} ${String(result?.answered ?? 0).padStart(7)} answered  ${problems.length ? `${problems.length} wrong` : '0 lost'}  ${seconds}`);
    for (const p of problems.slice(0, 5)) console.error(`  ${p}`);
    if (problems.length > 5) console.error(`  and ${problems.length - 5} more`);
  }
}
console.log(`${answered} answered writes checked, ${lost} lost or wrong`);
process.exit(failed ? 1 : 0);
