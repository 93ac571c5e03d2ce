import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '../../..');

/**
 * Compiles the store (and what it imports) into a folder of its own, since threads and child processes cannot load TypeScript.
 * The folder lies below node_modules, so that packages are found.
 */
export function compileStore(): { path(module: string): string; remove(): void } {
  const parent = join(ROOT, 'node_modules/.cache');
  mkdirSync(parent, { recursive: true });
  const out = mkdtempSync(join(parent, 'store-'));
  for (const folder of ['src/storage', 'src/util', 'src/api/meta']) {
    for (const name of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue;
      const source = join(ROOT, folder, name);
      const { outputText } = ts.transpileModule(readFileSync(source, 'utf8'), {
        compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, esModuleInterop: true },
      });
      const target = join(out, relative(join(ROOT, 'src'), source).replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, outputText);
    }
  }
  writeFileSync(join(out, 'package.json'), '{"type":"commonjs"}');
  return {
    path: (module) => join(out, module),
    remove: () => rmSync(out, { recursive: true, force: true }),
  };
}
