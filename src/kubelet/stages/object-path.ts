type Getter = (o: unknown) => unknown[];

/**
 * Compiles a path into an object: the subset of jq that KWOK's stages use (fields, `["key"]`, `.[]`, and `| select( .a == "b" ) |`).
 * @throws Error when it uses anything else
 */
export function compilePath(path: string): Getter {
  const getters = path.split('|').map((part) => compilePart(part.trim(), path));
  return (o) => getters.reduce<unknown[]>((values, get) => values.flatMap(get), [o]);
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

function compilePart(part: string, path: string): Getter {
  const select = /^select\(\s*(.+?)\s*==\s*"([^"]*)"\s*\)$/.exec(part);
  if (select) {
    const get = compilePart(select[1]!, path);
    return (o) => (get(o).some((v) => v === select[2]) ? [o] : []);
  }
  const steps: (string | undefined)[] = [];
  const token = /\.?\[\]|\.?\["([^"]+)"\]|\.([A-Za-z_][\w-]*)|^\.$/gy;
  let at = 0;
  while (at < part.length) {
    token.lastIndex = at;
    const m = token.exec(part);
    if (!m) throw new Error(`stage selector "${path}": "${part.slice(at)}" is not understood; use fields, [] and select(.a == "b")`);
    at = token.lastIndex;
    if (m[0] !== '.') steps.push(m[1] ?? m[2]);
  }
  return (o) => steps.reduce<unknown[]>((values, step) => values.flatMap((v) => take(v, step)), [o]);
}

function take(v: unknown, step: string | undefined): unknown[] {
  if (typeof v !== 'object' || v === null) return [];
  if (step === undefined) return Array.isArray(v) ? (v as unknown[]) : Object.values(v);
  const field = (v as Record<string, unknown>)[step];
  return field === undefined || field === null ? [] : [field];
}
