/** Lines of context around a change. */
const CONTEXT = 3;

/** a[a..aEnd) and b[b..bEnd) of one edit; equal ranges are kept. */
interface Edit {
  kind: 'equal' | 'replace' | 'delete' | 'insert';
  a: number;
  aEnd: number;
  b: number;
  bEnd: number;
}

/**
 * Unified diff of two texts with three lines of context and no file header, in the very hunks that Python's difflib (and its Go port,
 * which upstream uses) finds: longest matching block first, lines that are very frequent in long texts do not start a match.
 */
export function unifiedDiff(before: string, after: string): string {
  const a = splitLines(before);
  const b = splitLines(after);
  let out = '';
  for (const group of groups(edits(a, b))) {
    const first = group[0]!;
    const last = group[group.length - 1]!;
    out += `@@ -${range(first.a, last.aEnd)} +${range(first.b, last.bEnd)} @@\n`;
    for (const e of group) {
      if (e.kind === 'equal') for (let i = e.a; i < e.aEnd; i++) out += ` ${a[i]}`;
      else {
        for (let i = e.a; i < e.aEnd; i++) out += `-${a[i]}`;
        for (let j = e.b; j < e.bEnd; j++) out += `+${b[j]}`;
      }
    }
  }
  return out;
}

function splitLines(text: string): string[] {
  return text.split('\n').map((line) => `${line}\n`);
}

function range(from: number, to: number): string {
  const length = to - from;
  if (length === 1) return `${from + 1}`;
  return `${length === 0 ? from : from + 1},${length}`;
}

/** Where each line of `b` stands; lines that make up more than one in a hundred of a long text are left out. */
function positions(b: readonly string[]): Map<string, number[]> {
  const at = new Map<string, number[]>();
  b.forEach((line, j) => {
    const list = at.get(line);
    if (list) list.push(j);
    else at.set(line, [j]);
  });
  if (b.length >= 200) {
    const many = Math.floor(b.length / 100) + 1;
    for (const [line, list] of at) if (list.length > many) at.delete(line);
  }
  return at;
}

function edits(a: readonly string[], b: readonly string[]): Edit[] {
  const at = positions(b);
  const blocks: [number, number, number][] = [];
  const queue: [number, number, number, number][] = [[0, a.length, 0, b.length]];
  for (let next = queue.pop(); next; next = queue.pop()) {
    const [alo, ahi, blo, bhi] = next;
    const [i, j, size] = longestMatch(a, b, at, alo, ahi, blo, bhi);
    if (!size) continue;
    blocks.push([i, j, size]);
    queue.push([alo, i, blo, j], [i + size, ahi, j + size, bhi]);
  }
  blocks.sort((x, y) => x[0] - y[0] || x[1] - y[1]);
  blocks.push([a.length, b.length, 0]);
  const out: Edit[] = [];
  let i = 0;
  let j = 0;
  for (const [ai, bj, size] of blocks) {
    if (i < ai || j < bj) out.push({ kind: i < ai && j < bj ? 'replace' : i < ai ? 'delete' : 'insert', a: i, aEnd: ai, b: j, bEnd: bj });
    i = ai + size;
    j = bj + size;
    const previous = out[out.length - 1];
    if (!size) continue;
    // adjacent blocks are one
    if (previous?.kind === 'equal' && previous.aEnd === ai && previous.bEnd === bj) {
      previous.aEnd = i;
      previous.bEnd = j;
    } else out.push({ kind: 'equal', a: ai, aEnd: i, b: bj, bEnd: j });
  }
  return out;
}

/** The longest block that both ranges have, the first one of those; grown over frequent lines at its ends. */
function longestMatch(
  a: readonly string[],
  b: readonly string[],
  at: ReadonlyMap<string, number[]>,
  alo: number,
  ahi: number,
  blo: number,
  bhi: number,
): [number, number, number] {
  let besti = alo;
  let bestj = blo;
  let size = 0;
  let lengths = new Map<number, number>();
  for (let i = alo; i < ahi; i++) {
    const next = new Map<number, number>();
    for (const j of at.get(a[i]!) ?? []) {
      if (j < blo) continue;
      if (j >= bhi) break;
      const k = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, k);
      if (k > size) [besti, bestj, size] = [i - k + 1, j - k + 1, k];
    }
    lengths = next;
  }
  while (besti > alo && bestj > blo && a[besti - 1] === b[bestj - 1]) [besti, bestj, size] = [besti - 1, bestj - 1, size + 1];
  while (besti + size < ahi && bestj + size < bhi && a[besti + size] === b[bestj + size]) size++;
  return [besti, bestj, size];
}

/** Edits with their context, cut where more than twice the context lies between them. */
function groups(all: Edit[]): Edit[][] {
  if (!all.some((e) => e.kind !== 'equal')) return [];
  const edits = all.map((e) => ({ ...e }));
  const first = edits[0]!;
  if (first.kind === 'equal') {
    first.a = Math.max(first.a, first.aEnd - CONTEXT);
    first.b = Math.max(first.b, first.bEnd - CONTEXT);
  }
  const last = edits[edits.length - 1]!;
  if (last.kind === 'equal') {
    last.aEnd = Math.min(last.aEnd, last.a + CONTEXT);
    last.bEnd = Math.min(last.bEnd, last.b + CONTEXT);
  }
  const out: Edit[][] = [];
  let group: Edit[] = [];
  for (const e of edits) {
    if (e.kind === 'equal' && e.aEnd - e.a > 2 * CONTEXT) {
      group.push({ ...e, aEnd: e.a + CONTEXT, bEnd: e.b + CONTEXT });
      out.push(group);
      group = [{ ...e, a: e.aEnd - CONTEXT, b: e.bEnd - CONTEXT }];
    } else group.push(e);
  }
  if (group.length && !(group.length === 1 && group[0]!.kind === 'equal')) out.push(group);
  return out;
}
