/**
 * Calls `fn` `count` times in batches of 1, 2, 4, …, each side by side, and stops after the batch in which a call failed: so that what is
 * refused (a quota) is not asked for hundreds of times.
 * @returns how many went well, and the first error
 */
export async function slowStart(count: number, fn: () => Promise<unknown>): Promise<{ done: number; error?: unknown }> {
  let done = 0;
  for (let size = Math.min(1, count); size > 0; size = Math.min(2 * size, count - done)) {
    const results = await Promise.allSettled(Array.from({ length: size }, () => fn()));
    const failed = results.filter((r) => r.status === 'rejected');
    done += size - failed.length;
    if (failed.length > 0) return { done, error: failed[0]!.reason };
  }
  return { done };
}
