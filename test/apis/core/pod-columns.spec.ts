import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/api/meta/object';
import { pod } from '../../../src/apis/core/pod/pod';
import { KindUnderTest, NOW } from '../kind-under-test';

const kind = new KindUnderTest(pod);

/** READY STATUS RESTARTS */
function row(spec: string, status: string, change: (o: KubeObject) => void = () => undefined): string {
  const o = kind.decode(`{spec: {${spec}}, status: {${status}}}`);
  change(o);
  const { Ready, Status, Restarts } = kind.cells(o);
  return `${String(Ready)} ${String(Status)} ${String(Restarts)}`;
}

const ONE = 'containers: [{name: c, image: a}]';
const INIT = `initContainers: [{name: i, image: a}, {name: j, image: a}], ${ONE}`;
const SIDECAR = `initContainers: [{name: s, image: a, restartPolicy: Always}], ${ONE}`;
const RUNNING = '{name: c, ready: true, state: {running: {}}}';

describe('what a list says of a pod', () => {
  it.each([
    [ONE, 'phase: Pending', '0/1 Pending 0'],
    [ONE, `phase: Running, containerStatuses: [${RUNNING}]`, '1/1 Running 0'],
    [ONE, 'phase: Running, containerStatuses: [{name: c, state: {waiting: {reason: CrashLoopBackOff}}, restartCount: 3}]', '0/1 CrashLoopBackOff 3'],
    [ONE, 'phase: Running, containerStatuses: [{name: c, state: {waiting: {reason: CrashLoopBackOff}}, restartCount: 3, lastState: {terminated: {finishedAt: "2024-05-01T09:58:00Z"}}}]', '0/1 CrashLoopBackOff 3 (2m ago)'],
    [ONE, 'phase: Pending, containerStatuses: [{name: c, state: {waiting: {reason: ContainerCreating}}}]', '0/1 ContainerCreating 0'],
    [ONE, 'phase: Succeeded, containerStatuses: [{name: c, state: {terminated: {exitCode: 0, reason: Completed}}}]', '0/1 Completed 0'],
    [ONE, 'phase: Failed, containerStatuses: [{name: c, state: {terminated: {exitCode: 2}}}]', '0/1 ExitCode:2 0'],
    [ONE, 'phase: Failed, containerStatuses: [{name: c, state: {terminated: {exitCode: 1, signal: 9}}}]', '0/1 Signal:9 0'],
    [ONE, 'phase: Failed, reason: Evicted', '0/1 Evicted 0'],
    [ONE, 'phase: Pending, conditions: [{type: PodScheduled, status: "False", reason: SchedulingGated}]', '0/1 SchedulingGated 0'],
    [INIT, 'phase: Pending, initContainerStatuses: [{name: i, state: {running: {}}}, {name: j, state: {waiting: {reason: PodInitializing}}}]', '0/1 Init:0/2 0'],
    [INIT, 'phase: Pending, initContainerStatuses: [{name: i, state: {terminated: {exitCode: 0}}}, {name: j, state: {waiting: {reason: PodInitializing}}}]', '0/1 Init:1/2 0'],
    [INIT, 'phase: Pending, initContainerStatuses: [{name: i, state: {waiting: {reason: CrashLoopBackOff}}, restartCount: 2}]', '0/1 Init:CrashLoopBackOff 2'],
    [INIT, 'phase: Pending, initContainerStatuses: [{name: i, state: {terminated: {exitCode: 1, reason: Error}}}]', '0/1 Init:Error 0'],
    [SIDECAR, `phase: Running, initContainerStatuses: [{name: s, ready: true, started: true, restartCount: 1}], containerStatuses: [${RUNNING}]`, '2/2 Running 1'],
    [
      'containers: [{name: c, image: a}, {name: d, image: a}]',
      `phase: Running, conditions: [{type: Ready, status: "False"}], containerStatuses: [{name: b, state: {terminated: {exitCode: 0, reason: Completed}}}, ${RUNNING}]`,
      '1/2 NotReady 0',
    ],
  ])('%s; %s', (spec, status, is) => {
    expect(row(spec, status)).toBe(is);
  });

  it('is that it ends when it is being deleted', () => {
    const gone = (o: KubeObject): void => void (o.metadata.deletionTimestamp = '2024-05-01T10:00:00Z');
    expect(row(ONE, `phase: Running, containerStatuses: [${RUNNING}]`, gone)).toBe('1/1 Terminating 0');
    expect(row(ONE, 'phase: Running, reason: NodeLost', gone)).toBe('0/1 Unknown 0');
  });

  it('is more in the wide form', () => {
    const o = kind.decode(`{metadata: {creationTimestamp: "2024-05-01T09:00:00Z"}, spec: {nodeName: n, readinessGates: [{conditionType: a}, {conditionType: b}], ${ONE}}, status: {podIPs: [{ip: 10.0.0.9}], conditions: [{type: a, status: "True"}]}}`);
    expect(kind.cells(o, NOW)).toMatchObject({ Name: 'x', Age: '60m', IP: '10.0.0.9', Node: 'n', 'Nominated Node': '<none>', 'Readiness Gates': '1/2' });
    expect(pod.rowConditions!(kind.decode('status: {phase: Succeeded}'))).toEqual([{ type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' }]);
    expect(pod.rowConditions!(o)).toBeUndefined();
  });

  it('can be chosen by its fields', () => {
    const o = kind.decode(`{spec: {nodeName: n, ${ONE}}, status: {phase: Running}}`);
    const values = Object.fromEntries(Object.entries(pod.fields!).map(([name, get]) => [name, get(o)]));
    expect(values).toMatchObject({ 'spec.nodeName': 'n', 'spec.restartPolicy': 'Always', 'status.phase': 'Running', 'spec.hostNetwork': 'false', 'status.nominatedNodeName': '' });
  });
});
