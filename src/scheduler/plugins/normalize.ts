/** Scales the first `n` scores so that the highest becomes 100; `reverse` turns them round, so that the highest becomes 0. */
export function normalizeByHighest(scores: Float64Array, n: number, reverse: boolean): void {
  let most = 0;
  for (let i = 0; i < n; i++) if (scores[i]! > most) most = scores[i]!;
  if (most === 0) {
    if (reverse) scores.fill(100, 0, n);
    return;
  }
  for (let i = 0; i < n; i++) {
    const s = Math.trunc((100 * scores[i]!) / most);
    scores[i] = reverse ? 100 - s : s;
  }
}
