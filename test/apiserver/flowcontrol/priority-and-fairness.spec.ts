import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/api/meta/object';
import { deal } from '../../../src/apiserver/flowcontrol/fair-queues';
import type { Lane } from '../../../src/apiserver/flowcontrol/lane';
import { PriorityAndFairness } from '../../../src/apiserver/flowcontrol/priority-and-fairness';
import { parseRequestInfo } from '../../../src/apiserver/http/request-info';
import { FakeClock } from '../../../src/util/fake-clock';

const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';
function level(name: string, spec: object): KubeObject {
  return { kind: 'PriorityLevelConfiguration', apiVersion, metadata: { name, uid: `level-${name}` }, spec };
}
function limited(nominalConcurrencyShares: number, limitResponse: object, more: object = {}): object {
  return { type: 'Limited', limited: { nominalConcurrencyShares, limitResponse, ...more } };
}
const queue = (queues: number, handSize: number, queueLengthLimit: number): object => ({ type: 'Queue', queuing: { queues, handSize, queueLengthLimit } });
/** A schema for one user's requests, or one group's. */
function schema(name: string, levelName: string, userName: string): KubeObject {
  const rules = [{ subjects: [{ kind: 'User', user: { name: userName } }], resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }] }];
  return { kind: 'FlowSchema', apiVersion, metadata: { name, uid: name }, spec: { matchingPrecedence: 100, priorityLevelConfiguration: { name: levelName }, distinguisherMethod: { type: 'ByNamespace' }, rules } };
}

/** Time moves only when a request is served. */
class WorkClock extends FakeClock {
  worked = 0;
  override monotonic(): number {
    return super.monotonic() + this.worked;
  }
}

class Server {
  readonly clock = new WorkClock();
  readonly log: string[] = [];
  readonly flow: PriorityAndFairness;

  constructor(schemas: KubeObject[], levels: KubeObject[]) {
    this.flow = new PriorityAndFairness(() => schemas, () => levels, this.clock);
  }

  /** A request of `user` in `namespace`, named in the log when it is served; it takes `ms`. @returns what ends it */
  request(user: string, namespace = 'a', ms = 0, client: { gone: boolean } = { gone: false }): () => void {
    const who = { name: user, groups: [] };
    const info = parseRequestInfo('GET', `/api/v1/namespaces/${namespace}/pods`);
    const lane = this.flow.classify(who, info) as Lane;
    let served = false;
    const serve = (): void => {
      served = true;
      this.clock.worked += ms;
      this.log.push(`${user}/${namespace}`);
    };
    if (this.flow.enter(lane, this.clock.monotonic())) serve();
    else this.flow.wait(lane, who, info, { go: serve, refuse: () => this.log.push(`429 ${user}/${namespace}`), get gone() { return client.gone; } });
    return () => served && this.flow.leave(lane);
  }

  /** What happened since the last call. */
  happened(): string[] {
    return this.log.splice(0);
  }
}

const turn = (): Promise<void> => new Promise((r) => setImmediate(() => setImmediate(r)));

describe('priority and fairness', () => {
  it('serves at once while there are seats, then one for every one that ends', async () => {
    const s = new Server([schema('s', 'only', 'jo')], [level('only', limited(1, queue(8, 2, 50)))]);
    const ends = Array.from({ length: 601 }, () => s.request('jo'));
    expect(s.happened()).toHaveLength(600);
    await turn();
    expect(s.happened()).toEqual([]);
    ends[0]!();
    await turn();
    expect(s.happened()).toEqual(['jo/a']);
  });

  it('refuses what finds its queue full, and what a level does not queue', async () => {
    const s = new Server([schema('q', 'queued', 'jo'), schema('r', 'rejecting', 'al')], [level('queued', limited(1, queue(1, 1, 2))), level('rejecting', limited(1, { type: 'Reject' }))]);
    for (let i = 0; i < 303; i++) s.request('jo');
    expect(s.happened().slice(-2)).toEqual(['jo/a', '429 jo/a']);
    for (let i = 0; i < 301; i++) s.request('al');
    expect(s.happened().slice(-2)).toEqual(['al/a', '429 al/a']);
  });

  it('lets a level use the seats that others lend, up to its limit', () => {
    const levels = [level('busy', limited(1, { type: 'Reject' }, { borrowingLimitPercent: 50 })), level('idle', limited(1, { type: 'Reject' }, { lendablePercent: 100 })), level('own', limited(1, { type: 'Reject' }, { lendablePercent: 0 }))];
    const s = new Server([schema('b', 'busy', 'jo'), schema('i', 'idle', 'al'), schema('o', 'own', 'cy')], levels);
    const count = (user: string): number => {
      for (;;) {
        s.request(user);
        if (s.log.at(-1)!.startsWith('429')) return s.happened().length - 1;
      }
    };
    expect(count('jo')).toBe(300);
    // What is lent is gone until it is given back; what is not lent is always there.
    expect(count('cy')).toBe(300);
    expect(count('al')).toBe(200);
  });

  it('serves flows by turns, however many requests one of them has waiting', async () => {
    const s = new Server([schema('s', 'only', 'jo')], [level('only', limited(1, queue(64, 4, 1000)))]);
    const ends = Array.from({ length: 600 }, () => s.request('jo', 'first'));
    for (let i = 0; i < 50; i++) s.request('jo', 'flood');
    for (let i = 0; i < 3; i++) s.request('jo', 'few');
    s.happened();
    for (let i = 0; i < 15; i++) ends[i]!();
    await turn();
    expect(s.happened().filter((l) => l === 'jo/few')).toHaveLength(3);
  });

  it('leaves what is more than a turn can serve to the next ones, exempt requests first', async () => {
    const s = new Server([schema('e', 'exempt', 'root'), schema('s', 'only', 'jo')], [level('exempt', { type: 'Exempt', exempt: {} }), level('only', limited(1, queue(8, 2, 50)))]);
    for (let i = 0; i < 4; i++) s.request('jo', 'a', 10);
    s.request('root', 'a', 10);
    expect(s.happened()).toEqual(['jo/a', 'jo/a']);
    await new Promise((r) => setImmediate(r));
    expect(s.happened()).toEqual(['root/a', 'jo/a']);
    await new Promise((r) => setImmediate(r));
    expect(s.happened()).toEqual(['jo/a']);
  });

  it('refuses what has waited for fifteen seconds, and forgets whose client has gone', async () => {
    const s = new Server([schema('s', 'only', 'jo')], [level('only', limited(1, queue(1, 1, 50)))]);
    const ends = Array.from({ length: 600 }, () => s.request('jo'));
    const client = { gone: false };
    s.request('jo', 'leaves', 0, client);
    s.request('jo', 'waits');
    s.happened();
    client.gone = true;
    await s.clock.advance(14_000);
    expect(s.happened()).toEqual([]);
    await s.clock.advance(3_000);
    expect(s.happened()).toEqual(['429 jo/waits']);
    s.request('jo', 'later');
    ends[0]!();
    await turn();
    expect(s.happened()).toEqual(['jo/later']);
  });

  it('deals every flow a hand of different queues, the same each time', () => {
    for (let hash = 0; hash < 200; hash++) {
      const hand = deal(hash * 7919, 64, 6);
      expect(new Set(hand).size).toBe(6);
      expect(hand).toEqual(deal(hash * 7919, 64, 6));
      for (const i of hand) expect(i >= 0 && i < 64).toBe(true);
    }
  });
});
