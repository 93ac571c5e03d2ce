import pino from 'pino';
import type { Log } from '../util/log';
import type { ClusterOptions } from '../cluster/options';

/** The process's log on standard error: JSON lines, or readable ones. */
export function makeLog(level: ClusterOptions['logLevel'], format: ClusterOptions['logFormat']): Log {
  const stream = format === 'json' ? pino.destination({ fd: 2, sync: true }) : { write: (line: string) => void process.stderr.write(pretty(line)) };
  return wrap(pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime }, stream));
}

function wrap(p: pino.Logger): Log {
  return {
    debug: (fields, message) => p.debug(fields, message),
    info: (fields, message) => p.info(fields, message),
    warn: (fields, message) => p.warn(fields, message),
    error: (fields, message) => p.error(fields, message),
    child: (fields) => wrap(p.child(fields)),
  };
}

const NAMES: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info ', 40: 'warn ', 50: 'error' };

/** One JSON line of pino as `time level message field=value …`. */
function pretty(line: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(line) as { level: number; time: string; msg: string; err?: string | { message: string; stack?: string } };
  const rest = Object.entries(fields).map(([k, v]) => ` ${k}=${typeof v === 'string' ? v : JSON.stringify(v)}`);
  return `${time.slice(11, 23)} ${NAMES[level] ?? level} ${msg}${rest.join('')}${err === undefined ? '' : `: ${typeof err === 'string' ? err : (err.stack ?? err.message)}`}\n`;
}
