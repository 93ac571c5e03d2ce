import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Requester } from './requester';

const PODS = '/api/v1/namespaces/default/pods';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const EVENTS = '/apis/events.k8s.io/v1/namespaces/default/events';
const EVENT = { apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { name: 'e' }, eventTime: '2026-01-01T00:00:00.000000Z', action: 'Do', reason: 'R', type: 'Normal', regarding: { namespace: 'default', name: 'x' }, reportingController: 'a.b/c', reportingInstance: 'i' };

describe('reading', () => {
  let api: Requester;
  beforeAll(async () => {
    api = await Requester.start();
    for (const i of [1, 2, 3]) await api.post(CONFIG_MAPS, { metadata: { name: `c-${i}`, labels: { app: 'a' } } });
    await api.post(EVENTS, EVENT);
  });
  afterAll(() => api.stop());

  it('parses selectors before it looks at other options, and asks for their fields last', async () => {
    expect(await api.said(`${PODS}?sendInitialEvents=true&fieldSelector=x`)).toEqual([400, "invalid selector: 'x'; can't understand 'x'"]);
    expect(await api.said(`${PODS}?sendInitialEvents=true&labelSelector=((`)).toEqual([400, expect.stringMatching(/^found '\('/)]);
    expect((await api.said(`${PODS}?sendInitialEvents=true&fieldSelector=x=y`))[0]).toBe(422);
    expect(await api.said(`${PODS}?limit=x&fieldSelector=y`)).toEqual([400, 'strconv.ParseInt: parsing "x": invalid syntax']);
  });

  it('names the kind in complaints about fields where upstream does', async () => {
    expect(await api.said('/apis/resource.k8s.io/v1/resourceslices?fieldSelector=a=b')).toEqual([400, 'field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: a']);
    expect(await api.said('/apis/batch/v1/jobs?fieldSelector=a=b')).toEqual([400, 'field label "a" not supported for Job']);
    expect(await api.said(`${PODS}?fieldSelector=a=b`)).toEqual([400, 'field label not supported: a']);
  });

  it('shows values of options as JSON', async () => {
    const [, message] = await api.said(`${PODS}?resourceVersionMatch=a%3Eb`);
    expect(message).toContain('resourceVersionMatch: Unsupported value: "a\\u003eb": supported values: "Exact", "NotOlderThan", ""');
    expect((await api.said(`${CONFIG_MAPS}/c-1?dryRun=a%3E1`, 'DELETE'))[1]).toContain('dryRun: Unsupported value: ["a\\u003e1"]: supported values: "All"');
    expect((await api.said(`${PODS}?watch=1&resourceVersionMatch=x`))[1]).toContain('[resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided, resourceVersionMatch: Unsupported value: "x": supported values: "NotOlderThan"]');
  });

  it('says that a version is not there yet as a timeout', async () => {
    expect(await api.said(`${CONFIG_MAPS}?resourceVersion=99999999`)).toEqual([504, expect.stringMatching(/^Timeout: Too large resource version: 99999999, current: \d+$/)]);
  });

  it('lists metadata of nothing as null', async () => {
    const { body } = await api.get(`${CONFIG_MAPS}?labelSelector=none`, { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' });
    expect(body.items).toBeNull();
  });

  it('names what is stored elsewhere by the group that was asked', async () => {
    expect(await api.said(`${EVENTS}/none`)).toEqual([404, 'events.events.k8s.io "none" not found']);
    expect(await api.said('/api/v1/namespaces/default/events/none')).toEqual([404, 'events "none" not found']);
    expect(await api.said(`${EVENTS}/none`, 'DELETE')).toEqual([404, 'events.events.k8s.io "none" not found']);
    expect(await api.said(`${EVENTS}/e?resourceVersion=x`)).toEqual([400, expect.stringMatching(/^invalid resource version: resourceVersion: Invalid value: "x"/)]);
    expect((await api.said(`${CONFIG_MAPS}/c-1?resourceVersion=x`))[0]).toBe(500);
    expect((await api.send('DELETE', `${EVENTS}/e?dryRun=All`)).body.details).toMatchObject({ name: 'e', group: 'events.k8s.io', kind: 'events' });
  });

  it('names it so when it is written, too', async () => {
    expect(await api.said(EVENTS, 'POST', EVENT)).toEqual([409, 'events.events.k8s.io "e" already exists']);
    expect(await api.said(`${EVENTS}/e`, 'PUT', { ...EVENT, metadata: { name: 'e', resourceVersion: '1' } })).toEqual([409, expect.stringMatching(/^Operation cannot be fulfilled on events\.events\.k8s\.io "e": the object has been modified/)]);
    expect(await api.said(`${EVENTS}/e`, 'PUT', { ...EVENT, metadata: { name: 'e', uid: 'x' } })).toEqual([409, expect.stringMatching(/^Operation cannot be fulfilled on events\.events\.k8s\.io "e": StorageError/)]);
    expect(await api.patch(`${EVENTS}/none`, 'merge', {})).toMatchObject({ code: 404, body: { message: 'events.events.k8s.io "none" not found', details: { group: 'events.k8s.io' } } });
  });

  it('takes preconditions of a deletion from the query', async () => {
    expect(await api.said(`${CONFIG_MAPS}/c-1?dryRun=All&uid=x`, 'DELETE')).toEqual([409, expect.stringMatching(/the UID in the precondition \(x\)/)]);
    expect(await api.said(`${CONFIG_MAPS}/c-1?dryRun=All&resourceVersion=1`, 'DELETE')).toEqual([409, expect.stringMatching(/the ResourceVersion in the precondition \(1\)/)]);
  });

  it('deletes what a list of the same query would show', async () => {
    const { body: list } = await api.get(CONFIG_MAPS);
    expect(await api.said(`${CONFIG_MAPS}?dryRun=All&resourceVersion=99999999`, 'DELETE')).toEqual([504, expect.stringMatching(/Too large/)]);
    expect((await api.said(`${CONFIG_MAPS}?sendInitialEvents=true&gracePeriodSeconds=x`, 'DELETE'))[0]).toBe(422);
    const page = await api.send('DELETE', `${CONFIG_MAPS}?labelSelector=app&limit=2`);
    expect(page.body.items.map((o: { metadata: { name: string } }) => o.metadata.name)).toEqual(['c-1', 'c-2']);
    const rest = await api.send('DELETE', CONFIG_MAPS);
    expect(rest.body.items).toHaveLength(list.items.length - 2);
  });
});
