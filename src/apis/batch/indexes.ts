/** A run of completion indexes, both ends included. */
type Interval = readonly [number, number];

const INTEGER = /^[+-]?\d+$/;
const quote = (s: string): string => JSON.stringify(s);

/** @throws Error with upstream's words when the text is no index or interval below `completions` */
function parseInterval(text: string, completions: number): Interval {
  const limits = text.split('-');
  if (limits.length > 2) throw new Error(`the fragment ${quote(text)} violates the requirement that an index interval can have at most two parts separated by '-'`);
  const [x, y] = limits.map((limit) => {
    if (!INTEGER.test(limit)) throw new Error(`cannot convert string to integer for index: ${quote(limit)}`);
    const n = Number(limit);
    if (n >= completions) throw new Error(`too large index: ${quote(limit)}`);
    return n;
  });
  if (y === undefined) return [x!, x!];
  if (x! >= y) throw new Error(`non-increasing order, previous: ${x}, current: ${y}`);
  return [x!, y];
}

/**
 * Counts the indexes in a text such as "0,2-4", which must grow and stay below `completions`.
 * @throws Error that says what is wrong, in upstream's words
 */
export function countIndexes(text: string, completions: number): number {
  if (!text) return 0;
  let last: number | undefined;
  let total = 0;
  for (const part of text.split(',')) {
    const [x, y] = parseInterval(part, completions);
    if (last !== undefined && last >= x) throw new Error(`non-increasing order, previous: ${last}, current: ${x}`);
    total += y - x + 1;
    last = y;
  }
  return total;
}

function readableIntervals(text: string, completions: number): Interval[] {
  return text.split(',').flatMap((part) => {
    try {
      return [parseInterval(part, completions)];
    } catch {
      return []; // reported by countIndexes where it matters
    }
  });
}

/** The first index that both texts hold, if any; parts that cannot be read are skipped. */
export function overlappingIndex(a: string, b: string, completions: number): number | undefined {
  if (!a || !b) return undefined;
  const left = readableIntervals(a, completions);
  const right = readableIntervals(b, completions);
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    const [x, y] = left[i]!;
    const [u, v] = right[j]!;
    if (x <= v && u <= y) return Math.max(x, u);
    if (x <= u) i++;
    else j++;
  }
  return undefined;
}
