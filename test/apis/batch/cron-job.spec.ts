import { describe, expect, it } from 'vitest';
import { cronJob } from '../../../src/apis/batch/cron-job';
import { KindUnderTest } from '../kind-under-test';

const kind = new KindUnderTest(cronJob);
const tick = (schedule: string, more = ''): string => `
metadata: {name: tick}
spec:
  schedule: ${JSON.stringify(schedule)}
${more}
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}}
`;

describe('CronJob', () => {
  it('is completed with its defaults', () => {
    const { object, errors } = kind.create(tick('*/5 * * * *'));
    expect(errors).toEqual([]);
    expect(object.spec).toMatchObject({ concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 });
  });

  it.each(['@hourly', '@every 1h30m', '0 9 * * mon-fri', '0/15 3,4 1-5 JAN ?'])('takes the schedule %s', (schedule) => {
    expect(kind.create(tick(schedule)).errors).toEqual([]);
  });

  it.each([
    ['never', 'expected exactly 5 fields, found 1: [never]'],
    ['61 * * * *', 'end of range (61) above maximum (59): 61'],
    ['@never', 'unrecognized descriptor: @never'],
  ])('refuses the schedule %s', (schedule, why) => {
    expect(kind.create(tick(schedule)).errors).toEqual([`spec.schedule: Invalid value: ${JSON.stringify(schedule)}: ${why}`]);
  });

  it('has its time zone in a field, not in the schedule', () => {
    expect(kind.create(tick('* * * * *', '  timeZone: Europe/Berlin')).errors).toEqual([]);
    expect(kind.create(tick('* * * * *', '  timeZone: Mars/Base')).errors).toEqual(['spec.timeZone: Invalid value: "Mars/Base": unknown time zone Mars/Base']);
    expect(kind.create(tick('TZ=UTC * * * * *')).errors[0]).toContain('cannot use TZ or CRON_TZ in schedule');
  });

  it('names jobs that still fit', () => {
    const { errors } = kind.create(tick('* * * * *').replace('tick', 'a'.repeat(53)));
    expect(errors).toEqual(['metadata.name: Invalid value: "' + 'a'.repeat(53) + '": must be no more than 52 characters']);
  });
});
