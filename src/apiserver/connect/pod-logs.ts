import { forbiddenField, invalidValue, notSupported } from '../../api/errors/field-error';
import type { FieldError } from '../../api/errors/field-error';
import { invalid } from '../../api/errors/status-error';
import { formatTime, parseTime } from '../../api/meta/time';
import { parseInt64, isTrue } from '../handlers/options';
import type { Query } from '../http/query';

/** PodLogOptions of a request. */
export interface PodLogOptions {
  container?: string;
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  /** Milliseconds since the epoch. */
  since?: number;
  tail?: number;
  limitBytes?: number;
  stream: 'All' | 'Stdout' | 'Stderr';
}

/** One line that a container has written. */
export interface PodLogLine {
  /** Milliseconds since the epoch. */
  time: number;
  stream: 'stdout' | 'stderr';
  text: string;
}

/** Reads and checks the options of a log request. `now` in milliseconds. @throws BadRequest, Invalid in upstream's words */
export function podLogOptions(q: Query, pod: string, now: number): PodLogOptions {
  const number = (name: string): number | undefined => (q.get(name) ? parseInt64(q.get(name)!) : undefined);
  const flag = (name: string): boolean => q.get(name) !== undefined && isTrue(q.get(name)!);
  const tail = number('tailLines');
  const limitBytes = number('limitBytes');
  const sinceSeconds = number('sinceSeconds');
  const sinceTime = q.get('sinceTime') || undefined;
  const stream = q.get('stream') || 'All';
  const errors: FieldError[] = [];
  if (tail !== undefined && tail < 0) errors.push(invalidValue('tailLines', tail, 'must be greater than or equal to 0'));
  if (limitBytes !== undefined && limitBytes < 1) errors.push(invalidValue('limitBytes', limitBytes, 'must be greater than 0'));
  if (sinceSeconds !== undefined && sinceTime !== undefined) errors.push(forbiddenField('', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  else if (sinceSeconds !== undefined && sinceSeconds < 1) errors.push(invalidValue('sinceSeconds', sinceSeconds, 'must be greater than 0'));
  if (stream !== 'All' && stream !== 'Stdout' && stream !== 'Stderr') errors.push(notSupported('stream', stream, ['All', 'Stderr', 'Stdout']));
  else if (stream !== 'All' && tail !== undefined) errors.push(forbiddenField('', '`tailLines` and specific `stream` are mutually exclusive for now'));
  if (errors.length) throw invalid({ group: '', kind: 'PodLogOptions' }, pod, errors);
  return {
    container: q.get('container') || undefined,
    follow: flag('follow'),
    previous: flag('previous'),
    timestamps: flag('timestamps'),
    since: sinceSeconds !== undefined ? now - sinceSeconds * 1000 : sinceTime === undefined ? undefined : parseTime(sinceTime),
    tail,
    limitBytes,
    stream: stream as PodLogOptions['stream'],
  };
}

/** Lines as they are sent: with times when asked for, one stream when asked for. */
export function formatLog(lines: readonly PodLogLine[], o: PodLogOptions): string {
  let out = '';
  for (const l of lines) {
    if (o.stream !== 'All' && o.stream.toLowerCase() !== l.stream) continue;
    out += o.timestamps ? `${formatTime(l.time)} ${l.text}\n` : `${l.text}\n`;
  }
  return out;
}
