import { describe, expect, it } from 'vitest';
import type { ContainerConfig, Exit } from '../../src/kubelet/runtime/runtime';
import { SimulatedRuntime } from '../../src/kubelet/runtime/simulated-runtime';
import { FakeClock } from '../../src/util/fake-clock';

function config(command: string[], args: string[] = [], env: { name: string; value: string }[] = []): ContainerConfig {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default', uid: 'u' }, spec: { containers: [{ name: 'c' }] } };
  return { id: '1', pod, nodeName: 'n', name: 'c', image: 'a', command, args, env };
}

/** When, in seconds, and how a command ends; undefined: it still runs after a day. */
function run(command: string[], args: string[] = []): { at: number; code: number } | undefined {
  const clock = new FakeClock();
  const runtime = new SimulatedRuntime(clock);
  let end: { at: number; code: number } | undefined;
  runtime.start(config(command, args), (e: Exit) => (end = { at: clock.monotonic() / 1000, code: e.code }));
  expect(end).toBeUndefined();
  clock.step(86_400_000);
  return end;
}

const sh = (script: string): ReturnType<typeof run> => run(['sh', '-c', script]);

describe('programs that end', () => {
  it.each([
    [['true'], 0, 0],
    [['/bin/false'], 0, 1],
    [['sleep', '30'], 30, 0],
    [['sleep', '1m', '0.5'], 60.5, 0],
    [['echo', 'hi'], 0, 0],
    [['bash'], 0, 0],
  ] as const)('%j', (command, at, code) => {
    expect(run([...command])).toEqual({ at, code });
  });

  it.each([
    ['exit 3', 0, 3],
    ['sleep 5; exit 1', 5, 1],
    ['echo a && sleep 2 && false || sleep 3', 5, 0],
    ['for i in 1 2 3; do echo $i; sleep 2; done', 6, 0],
    ['for i in $(seq 1 4); do sleep 1; done; exit 7', 4, 7],
    ['i=0; while [ $i -lt 5 ]; do i=$((i+1)); sleep 1; done', 5, 0],
    ['if [ "$NOPE" = "" ]; then exit 4; else sleep 9; fi', 0, 4],
    ['until false; do sleep 1; break; done', 1, 0],
    ['date; echo Hello from the cluster', 0, 0],
    ['while true; do sleep 1; exit 2; done', 1, 2],
    ['! false', 0, 0],
  ] as const)('sh -c %j', (script, at, code) => {
    expect(sh(script)).toEqual({ at, code });
  });

  it('may be given as arguments to the image', () => {
    expect(run([], ['sleep', '10'])).toEqual({ at: 10, code: 0 });
  });
});

describe('programs that run on', () => {
  it.each([[[]], [['nginx', '-g', 'daemon off;']], [['sleep', 'infinity']], [['tail', '-f', '/dev/null']], [['perl', '-e', 'print 1']]])('%j', (command) => {
    expect(run(command)).toBeUndefined();
  });

  it.each(['while true; do echo x; sleep 1; done', 'nginx', 'trap : TERM; while :; do sleep 3; done', 'cat file | grep x'])('sh -c %j', (script) => {
    expect(sh(script)).toBeUndefined();
  });

  it('end when they are stopped', () => {
    const clock = new FakeClock();
    const runtime = new SimulatedRuntime(clock);
    const ends: Exit[] = [];
    runtime.start(config([]), (e) => ends.push(e));
    runtime.stop('1', 30_000);
    clock.step(0);
    runtime.stop('1', 0);
    clock.step(60_000);
    expect(ends).toEqual([{ code: 0 }]);
  });

  it('can be finished only when their program is not known', () => {
    const clock = new FakeClock();
    const runtime = new SimulatedRuntime(clock);
    const ends: Exit[] = [];
    runtime.start(config([]), (e) => ends.push(e));
    runtime.start({ ...config(['sleep', '10']), id: '2' }, (e) => ends.push(e));
    expect([runtime.finish('1', { code: 0 }), runtime.finish('2', { code: 0 })]).toEqual([true, false]);
    expect(ends).toHaveLength(1);
  });
});

describe('containers', () => {
  it('go on where they stood when the process was restarted', () => {
    const clock = new FakeClock();
    const runtime = new SimulatedRuntime(clock);
    let end = -1;
    runtime.start(config(['sleep', '100']), () => (end = clock.monotonic()), clock.now() - 60_000);
    clock.step(200_000);
    expect(end).toBe(40_000);
  });

  it('log what their programs write, when they write it', () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1, 12));
    const runtime = new SimulatedRuntime(clock);
    runtime.start(config(['sh', '-c', 'i=0; while true; do echo "$i: $(date)"; i=$((i+1)); sleep 1; done']), () => {});
    clock.step(2500);
    expect(runtime.logs('1').map((l) => l.text)).toEqual(['0: Thu Jan  1 12:00:00 UTC 2026', '1: Thu Jan  1 12:00:01 UTC 2026', '2: Thu Jan  1 12:00:02 UTC 2026']);
    clock.step(3_600_000);
    expect(runtime.logs('1', { tail: 2 }).map((l) => l.text.split(':')[0])).toEqual(['3601', '3602']);
  });

  it('run commands with their environment', async () => {
    const runtime = new SimulatedRuntime(new FakeClock());
    runtime.start(config([], [], [{ name: 'A', value: 'b c' }]), () => {});
    expect(await runtime.exec('1', ['sh', '-c', 'echo "$A" $HOSTNAME; exit 2'])).toEqual({ code: 2, stdout: 'b c p\n', stderr: '' });
    expect(await runtime.exec('1', ['magic'])).toMatchObject({ code: 127 });
    await expect(runtime.exec('9', ['true'])).rejects.toThrow('is not running');
  });

  it('fail a probe for a file that the program has removed', () => {
    const clock = new FakeClock();
    const runtime = new SimulatedRuntime(clock);
    runtime.start(config(['/bin/sh', '-c', 'touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600']), () => {});
    const probe = { exec: { command: ['cat', '/tmp/healthy'] } };
    clock.step(20_000);
    expect(runtime.probe('1', probe).ok).toBe(true);
    clock.step(20_000);
    expect(runtime.probe('1', probe).ok).toBe(false);
    expect(runtime.probe('1', { httpGet: { port: 80 } }).ok).toBe(true);
    expect(runtime.probe('1', { exec: { command: ['sleep', '5'] } })).toMatchObject({ ok: false });
  });
});
