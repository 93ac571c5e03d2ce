/** The cache does not show yet what was written; the key comes again soon, and nobody needs to hear of it. */
export class CacheLag extends Error {
  constructor(resource: string) {
    super(`the cache of ${resource} lags behind what was written`);
  }
}
