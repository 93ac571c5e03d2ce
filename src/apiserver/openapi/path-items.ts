import type { Operation } from './operation';
import type { Parameter } from './parameters';

/** The operations of one path; parameters that all of them have stand beside them. */
export interface PathItem {
  operations: readonly { operation: Operation; parameters: readonly Parameter[] }[];
  parameters: readonly Parameter[];
}

/** Operations by path, paths and parameters in alphabetical order. */
export function pathItems(operations: readonly Operation[]): Map<string, PathItem> {
  const byPath = new Map<string, Operation[]>();
  for (const o of operations) {
    const found = byPath.get(o.path);
    if (found) found.push(o);
    else byPath.set(o.path, [o]);
  }
  const out = new Map<string, PathItem>();
  for (const path of [...byPath.keys()].sort()) out.set(path, item(byPath.get(path)!));
  return out;
}

function item(operations: readonly Operation[]): PathItem {
  const common = new Map(operations[0]!.parameters.map((p) => [idOf(p), p]));
  for (const o of operations) {
    const has = new Set(o.parameters.map(idOf));
    for (const id of common.keys()) if (!has.has(id)) common.delete(id);
  }
  return {
    parameters: sorted([...common.values()]),
    operations: operations.map((operation) => ({ operation, parameters: sorted(operation.parameters.filter((p) => !common.has(idOf(p)))) })),
  };
}

function idOf(p: Parameter): string {
  return `${p.name} ${p.in}`;
}

function sorted(parameters: readonly Parameter[]): Parameter[] {
  return [...parameters].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}
