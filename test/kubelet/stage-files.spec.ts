import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NODES, PODS } from '../../src/client/resources';
import { readStages } from '../../src/cluster/stage-files';
import { parseStages } from '../../src/kubelet/stages/stage-file';
import { conditionsOf, TestNodes } from './nodes';

const stage = (name: string, kind: string, rest: string): string => `apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata:
  name: ${name}
spec:
  resourceRef: {apiGroup: v1, kind: ${kind}}
${rest.replace(/^/gm, '  ')}
---
`;

/** The life of pods by stages alone. */
const LIFE =
  stage('come', 'Pod', `selector:
  matchExpressions:
  - {key: .metadata.deletionTimestamp, operator: DoesNotExist}
  - {key: .status.podIP, operator: DoesNotExist}
delay: {durationMilliseconds: 1000, durationFrom: {expressionFrom: '.metadata.annotations["come/delay"]'}}
next:
  event: {type: Normal, reason: Came, message: it has come}
  statusTemplate: |
    {{ $now := Now }}
    conditions:
    - {type: Ready, status: "True", lastTransitionTime: {{ $now | Quote }}}
    containerStatuses:
    {{ range .spec.containers }}
    - name: {{ .name | Quote }}
      image: {{ .image | Quote }}
      ready: true
      restartCount: 0
      state: {running: {startedAt: {{ $now | Quote }}}}
    {{ end }}
    hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
    podIP: {{ PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) | Quote }}
    phase: Running
    startTime: {{ $now | Quote }}`) +
  stage('go', 'Pod', `selector:
  matchExpressions:
  - {key: .metadata.deletionTimestamp, operator: Exists}
steps:
- finalizers: {remove: [{value: x/hold}]}
- delete: true`);

const CHAOS = stage('break', 'Pod', `selector:
  matchLabels: {chaos: "true"}
  matchExpressions:
  - {key: .status.phase, operator: In, values: [Running]}
weight: 10
delay: {durationMilliseconds: 2000}
next:
  statusTemplate: |
    phase: Failed
    reason: {{ index .metadata.annotations "reason" }}`);

describe('stages from files', () => {
  it('for all pods take the place of the node agent', async () => {
    const n = await new TestNodes({ stages: parseStages(LIFE, 'life.yaml') }).start();
    await n.pod('p', {}, { finalizers: ['x/hold'] });
    await n.pod('later', {}, { annotations: { 'come/delay': '1m' } });
    await n.pass(900);
    expect(n.writes('p')).toBe(0);
    await n.pass(200);
    const s = await n.status('p');
    expect(s).toMatchObject({ phase: 'Running', startTime: '2026-01-01T00:00:01Z', hostIP: (await n.node())['status'].addresses[0].address });
    expect(s.containerStatuses[0]).toEqual({ name: 'c', image: 'nginx', ready: true, restartCount: 0, state: { running: { startedAt: '2026-01-01T00:00:01Z' } } });
    expect(s.podIP).toMatch(/^10\.88\./);
    expect(n.notes('p')).toEqual(['Came: it has come']);
    expect(n.writes('later')).toBe(0);
    await n.pass(60_000);
    expect((await n.status('later')).podIP).not.toBe(s.podIP);
    await n.client.delete(PODS, 'default', 'p');
    await n.settle();
    expect(await n.exists('p')).toBe(false);
    await n.restart();
    expect((await n.status('later')).phase).toBe('Running');
  });

  it('for marked pods come on top', async () => {
    const n = await new TestNodes({ stages: parseStages(CHAOS, 'chaos.yaml') }).start();
    await n.pod('p', {}, { labels: { chaos: 'true' }, annotations: { reason: 'Struck' } });
    await n.pod('q');
    await n.pass(3000);
    expect(await n.status('p')).toMatchObject({ phase: 'Failed', reason: 'Struck' });
    expect((await n.status('q')).phase).toBe('Running');
  });

  it('for marked nodes are in charge of their status until the mark is taken away', async () => {
    const text = stage('sick', 'Node', `selector:
  matchExpressions:
  - {key: '.metadata.labels["sick"]', operator: In, values: ["true"]}
  - {key: .status.phase, operator: In, values: [Running]}
  - {key: '.status.conditions.[] | select( .type == "Ready" ) | .status', operator: In, values: ["True"]}
delay: {durationMilliseconds: 500}
next:
  statusTemplate: |
    conditions:
    {{ range NodeConditions }}
    {{ if eq .type "Ready" }}
    - type: Ready
      status: "False"
      reason: Sick
      message: as told
    {{ end }}
    {{ end }}`);
    const n = await new TestNodes({ stages: parseStages(text, 'sick.yaml') }).start();
    await n.pass(2000);
    expect(conditionsOf((await n.node())['status'])['Ready']).toBe('True');
    await n.client.patch(NODES, undefined, 'node-1', 'merge', { metadata: { labels: { sick: 'true' } } });
    await n.pass(600);
    expect((await n.node())['status'].conditions.find((c: { type: string }) => c.type === 'Ready')).toMatchObject({ status: 'False', reason: 'Sick' });
    await n.pass(400_000);
    expect(conditionsOf((await n.node())['status'])['Ready']).toBe('False');
    await n.client.patch(NODES, undefined, 'node-1', 'merge', { metadata: { labels: { sick: null } } });
    await n.pass(100);
    expect(conditionsOf((await n.node())['status'])['Ready']).toBe('True');
  });

  it('for all nodes report in place of the node agent', async () => {
    const text = stage('up', 'Node', `selector:
  matchExpressions:
  - {key: '.status.conditions.[] | select( .type == "Ready" ) | .status', operator: NotIn, values: ["True"]}
next:
  statusTemplate: |
    {{ $now := Now }}
    conditions:
    {{ range NodeConditions }}
    - lastHeartbeatTime: {{ $now | Quote }}
      lastTransitionTime: {{ $now | Quote }}
      message: {{ .message | Quote }}
      reason: {{ .reason | Quote }}
      status: {{ .status | Quote }}
      type: {{ .type | Quote }}
    {{ end }}
    allocatable:
    {{ with .status.allocatable }}
    {{ YAML . 1 }}
    {{ else }}
      cpu: 1k
      pods: 1M
    {{ end }}
    phase: Running`);
    const n = await new TestNodes({ nodes: 0, stages: parseStages(text, 'up.yaml') }).start();
    await n.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } });
    await n.settle();
    const s = (await n.node('n'))['status'];
    expect(s).toMatchObject({ phase: 'Running', allocatable: { cpu: '1k', pods: '1M' } });
    expect(s.conditions).toHaveLength(5);
    expect(s.nodeInfo).toBeUndefined();
  });

  it('are read from files and folders, and refused with the file\'s name', () => {
    const dir = mkdtempSync(join(tmpdir(), 'kubernest-stages-'));
    writeFileSync(join(dir, 'a.yaml'), `# words\n${LIFE}`);
    writeFileSync(join(dir, 'b.yml'), CHAOS);
    writeFileSync(join(dir, 'kustomization.yaml'), 'kind: Kustomization\n');
    expect(readStages([dir]).map((s) => s.name)).toEqual(['come', 'go', 'break']);
    expect(readStages([join(dir, 'b.yml')]).map((s) => s.name)).toEqual(['break']);
    expect(() => readStages([join(dir, 'none.yaml')])).toThrow(/--stages .*no such file/);
    expect(() => readStages([join(dir, 'kustomization.yaml')])).toThrow('only Stages of kwok.x-k8s.io are understood');
    rmSync(dir, { recursive: true });
  });

  it.each([
    ['kind: PersistentVolume', stage('x', 'PersistentVolume', 'selector: {}'), 'stages of Pods and Nodes are understood'],
    ['no selector', stage('x', 'Pod', 'next: {delete: true}'), 'spec.selector is missing'],
    ['a template', stage('x', 'Pod', 'selector: {}\nnext: {statusTemplate: "{{ .a"}'), 'an action is not closed'],
    ['an expression', stage('x', 'Pod', 'selector: {matchExpressions: [{key: ".a | nope", operator: Exists}]}'), 'there is no function nope/0'],
    ['values', stage('x', 'Pod', 'selector: {matchExpressions: [{key: .a, operator: In}]}'), 'operator In needs values'],
    ['CEL', stage('x', 'Pod', 'selector: {matchExpressions: [{cel: {expression: "true"}}]}'), 'selectors in CEL are not understood'],
  ])('%s: what is wrong is named', (_, text, why) => {
    expect(() => parseStages(text, 'f.yaml')).toThrow(`stage file f.yaml: stage "x": `);
    expect(() => parseStages(text, 'f.yaml')).toThrow(why);
  });
});
