import { describe, expect, it } from 'vitest';
import { event } from '../../../src/apis/events/event';
import { validateEvent } from '../../../src/apis/events/event-validation';
import { KindUnderTest } from '../kind-under-test';

const kind = new KindUnderTest(event);
const { toStored, fromStored } = event.storedAs!;
const EVENT = `
metadata: {name: e}
eventTime: "2024-05-01T10:00:00.000000Z"
reportingController: example.com/ctl
reportingInstance: ctl-0
action: Binding
reason: Scheduled
note: all well
type: Normal
regarding: {kind: Pod, namespace: ns, name: p}
`;

function errorsOf(yaml: string): string[] {
  return validateEvent(toStored(kind.decode(yaml))).map((e) => `${e.field}: ${e.message}`);
}

describe('Event of events.k8s.io', () => {
  it('is a core event under other names', () => {
    const shown = kind.decode(EVENT);
    const stored = toStored(shown);
    expect(stored).toMatchObject({ apiVersion: 'v1', message: 'all well', involvedObject: { kind: 'Pod', name: 'p' }, reportingComponent: 'example.com/ctl' });
    expect(fromStored(stored)).toMatchObject({ apiVersion: 'events.k8s.io/v1', note: 'all well', regarding: { kind: 'Pod' }, reportingController: 'example.com/ctl' });
  });

  it('must be complete when it is new', () => {
    expect(errorsOf(EVENT)).toEqual([]);
    expect(errorsOf(EVENT.replace(/eventTime.*\n/, ''))).toEqual(['eventTime: Required value']);
    expect(errorsOf(EVENT.replace('type: Normal', 'type: Bad'))).toEqual(['type: Invalid value: "": has invalid value: Bad']);
    expect(errorsOf(`${EVENT}series: {count: 1, lastObservedTime: "2024-05-01T10:00:00.000000Z"}\n`)).toEqual(['series.count: Invalid value: "": should be at least 2']);
  });

  it('keeps what it said, but for its series', () => {
    const old = toStored(kind.decode(EVENT));
    const changed = { ...old, reason: 'Other' };
    expect(validateEvent(changed, old).map((e) => e.field)).toEqual(['reason', 'reason']);
    expect(validateEvent({ ...old, series: { count: 2, lastObservedTime: '2024-05-01T10:10:00.000000Z' } }, old)).toEqual([]);
  });

  it('shows what may not change as upstream keeps it', () => {
    const old = toStored(kind.decode(EVENT));
    const texts = validateEvent({ ...old, involvedObject: { kind: 'Node', name: 'n', namespace: 'ns' }, type: undefined }, old).map((e) => `${e.field}: ${e.message}`);
    expect(texts).toEqual([
      'involvedObject: Invalid value: {"Kind":"Node","Namespace":"ns","Name":"n","UID":"","APIVersion":"","ResourceVersion":"","FieldPath":""}: field is immutable',
      'type: Invalid value: "": field is immutable',
    ]);
  });

  it('is selected by the names of its own API', () => {
    const shown = kind.decode(EVENT);
    expect(event.fields!['regarding.name']!(shown)).toBe('p');
    expect(event.fields!['reportingController']!(shown)).toBe('example.com/ctl');
  });
});
