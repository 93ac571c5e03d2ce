import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Requester } from '../requests/requester';

const GROUP = '/apis/flowcontrol.apiserver.k8s.io/v1';
const SCHEMAS = `${GROUP}/flowschemas`;
const LEVELS = `${GROUP}/prioritylevelconfigurations`;
const schema = { metadata: { name: 'mine' }, spec: { priorityLevelConfiguration: { name: 'level' }, matchingPrecedence: 50, rules: [{ subjects: [{ kind: 'Group', group: { name: 'a' } }], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }] }] } };

describe('the condition Dangling of flow schemas', () => {
  let api: Requester;
  beforeAll(async () => {
    api = await Requester.start();
  });
  afterAll(() => api.stop());

  async function condition(name: string, status: string): Promise<Record<string, string>> {
    for (;;) {
      const { body } = await api.get(`${SCHEMAS}/${name}`);
      const found = body.status?.conditions?.[0];
      if (found?.status === status) return found;
      await new Promise((r) => setTimeout(r, 5));
    }
  }

  it('is there for those of every cluster', async () => {
    expect(await condition('global-default', 'False')).toMatchObject({ type: 'Dangling', reason: 'Found' });
    const { body } = await api.get(`${SCHEMAS}/global-default`);
    expect(body.metadata.managedFields.map((m: { manager: string; operation: string; subresource?: string }) => [m.manager, m.operation, m.subresource])).toEqual([
      ['api-priority-and-fairness-config-consumer-v1', 'Apply', 'status'],
      ['api-priority-and-fairness-config-producer-v1', 'Update', undefined],
    ]);
  });

  it('follows the priority level as it goes and comes', async () => {
    await api.post(SCHEMAS, schema);
    expect((await condition('mine', 'True')).message).toBe('This FlowSchema references the PriorityLevelConfiguration object named "level" but there is no such object');
    await api.post(LEVELS, { metadata: { name: 'level' }, spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } } });
    expect((await condition('mine', 'False')).message).toBe('This FlowSchema references the PriorityLevelConfiguration object named "level" and it exists');
    await api.send('DELETE', `${LEVELS}/level`);
    expect((await condition('mine', 'True')).reason).toBe('NotFound');
  });
});
