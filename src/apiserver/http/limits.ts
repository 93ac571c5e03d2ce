/** 3 MiB: etcd's 1.5 MiB twice, as upstream. */
export const MAX_BODY = 3 * 1024 * 1024;
/** Bytes a request's line and headers may have, as Go's http server has it. */
export const MAX_HEAD = 1 << 20;
/** Longer than clients keep idle connections (90 s in Go), so that it is never us who closes one that is about to be used. */
export const IDLE_TIMEOUT = 120_000;
/** Milliseconds in which the head of a request has to arrive. */
export const HEAD_TIMEOUT = 32_000;
