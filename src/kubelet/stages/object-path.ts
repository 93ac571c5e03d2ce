import type { JqProgram } from './jq';
import { compileJq, JqError } from './jq';

type Getter = (o: unknown) => unknown[];

/**
 * Compiles a jq expression that reads an object; null values are left out, and there are none when it fails, as KWOK has it.
 * @throws Error when the expression is not understood
 */
export function compilePath(path: string): Getter {
  const program: JqProgram = compileJq(path);
  return (o) => {
    try {
      return program(o).filter((v) => v !== null && v !== undefined);
    } catch (e) {
      if (e instanceof JqError) return [];
      throw e;
    }
  };
}

/** The value at a path of plain fields, such as `.status.phase`; undefined for other paths: they may yield several. */
export function compileField(path: string): ((o: unknown) => unknown) | undefined {
  if (!/^(\.[A-Za-z_]\w*)+$/.test(path)) return undefined;
  const steps = path.slice(1).split('.');
  return (o) => {
    let v = o;
    for (const step of steps) {
      if (typeof v !== 'object' || v === null) return undefined;
      v = (v as Record<string, unknown>)[step];
    }
    return v ?? undefined;
  };
}
