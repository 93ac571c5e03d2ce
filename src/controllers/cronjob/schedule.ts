import { Cron } from 'croner';

/** When a schedule fires next after a time; both in milliseconds since the epoch. Undefined: never. */
export type Schedule = (after: number) => number | undefined;

const FIELD_MAX = [59, 23, 31, 12, 6];
const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/**
 * Reads a cron schedule as robfig/cron does, which Kubernetes uses: five fields or an @ word. Days of month and week are alternatives unless
 * one of them begins with a star; times that a change of clocks leaves out are left out. A zone in front (TZ=…) comes before `timeZone`.
 * @throws Error when the text is no schedule, or the zone no time zone
 */
export function parseSchedule(text: string, timeZone: string): Schedule {
  const own = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(text.trim());
  if (own) return parseSchedule(own[2]!, own[1]!);
  const every = /^@every\s+(.+)$/.exec(text.trim());
  if (every) return everySchedule(duration(every[1]!));
  const pattern = text.trim().startsWith('@') ? text.trim() : expand(text);
  const days = pattern.split(' ');
  const restricted = !days[2]?.startsWith('*') && !days[4]?.startsWith('*');
  // The offset of UTC is known without asking the time zone data, which takes long.
  const zone = timeZone === 'UTC' ? { utcOffset: 0 } : { timezone: timeZone };
  const cron = new Cron(pattern, { ...zone, mode: '5-part', domAndDow: !restricted });
  return (after) => {
    let t: Date | null = new Date(after);
    for (let i = 0; i < 100; i++) {
      t = cron.nextRun(t);
      if (!t) return undefined;
      if (cron.match(t)) return t.getTime();
    }
    return undefined;
  };
}

/** `n/step` means from n on; `?` is a star. */
function expand(text: string): string {
  const fields = text.trim().split(/\s+/);
  return fields
    .map((f, i) =>
      f
        .replace(/\?/g, '*')
        .split(',')
        .map((part) => part.replace(/^(\d+)\/(\d+)$/, (_, from: string, step: string) => `${from}-${FIELD_MAX[i] ?? 6}/${step}`))
        .join(','),
    )
    .join(' ');
}

function everySchedule(ms: number): Schedule {
  const step = Math.max(1000, Math.floor(ms / 1000) * 1000);
  return (after) => Math.floor(after / 1000) * 1000 + step;
}

/** A duration as Go writes it: 1h30m. */
function duration(text: string): number {
  if (!/^(\d+(\.\d+)?(h|m|s|ms))+$/.test(text)) throw new Error(`failed to parse duration @every ${text}`);
  let ms = 0;
  for (const [, n, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)) ms += Number(n) * UNITS[unit!]!;
  return ms;
}

export interface Missed {
  /** The last time that has come and was not acted on. */
  last?: number;
  /** Where counting began. */
  from: number;
  many: boolean;
  none: boolean;
}

/** What has fired between the last time acted on and now. @throws Error for schedules that fire more than once a second */
export function missedSince(schedule: Schedule, from: number, now: number): Missed {
  const first = schedule(from);
  if (first === undefined || first > now) return { from, many: false, none: true };
  const second = schedule(first);
  if (second === undefined || second > now) return { from, last: first, many: false, none: true };
  const step = Math.round((second - first) / 1000) * 1000;
  if (step < 1000) throw new Error('time difference between two schedules is less than 1 second');
  const count = Math.floor((now - first) / step) + 1;
  // Guess from the distance of the first two, then go on step by step.
  let last: number | undefined;
  for (let t = schedule(first + (count - 2) * step); t !== undefined && t <= now; t = schedule(t)) last = t;
  return { from, last, many: count > 100, none: false };
}
