import { killLoop } from './kill.mjs';

export const title = 'kill -9 while history is compacted';

// Everything older than a tenth of a second goes, once a second: most kills fall into a sweep.
export default (o, problems) => killLoop({ ...o, seconds: Math.max(o.seconds, 2) }, problems, ['--history', '100ms']);
