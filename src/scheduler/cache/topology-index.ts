import type { LabelSelector } from '../../api/selectors/label-selector';
import { LruMap } from '../../util/lru-map';
import type { AffinityTerm } from './affinity-term';
import { selectorKey, termMatches } from './affinity-term';
import { LabelIndex } from './label-index';
import type { NodeInfo } from './node-info';
import type { PodInfo } from './pod-info';
import { Tally } from './tally';

/** Which pods a counter counts. */
export interface CountedPods {
  namespaces: ReadonlySet<string>;
  /** All have to select the pod. */
  selectors: readonly LabelSelector[];
  /** Whether pods that are being deleted count. */
  terminating: boolean;
}

interface Counter extends CountedPods {
  tally: Tally;
}

interface Borne {
  term: AffinityTerm;
  tally: Tally;
  bearers: number;
}

/** Terms that no pod carries any more are kept, up to that many, for those who still hold them in this cycle. */
const MOST_UNUSED = 256;

/** The terms of one kind that pods on nodes carry, each distinct term once, with the weight its bearers give it per node. */
class TermTable {
  private readonly entries = new Map<string, Borne>();
  private readonly index = new LabelIndex<Borne>();
  private unused = 0;

  add(term: AffinityTerm, node: NodeInfo, weight: number, sign: 1 | -1): void {
    if (term.selector.nothing) return;
    const e = this.expect(term);
    e.tally.add(node, sign * weight);
    if (e.bearers === 0) this.unused--;
    e.bearers += sign;
    if (e.bearers === 0) this.unused++;
  }

  /** Makes a term known before any pod carries it. */
  expect(term: AffinityTerm): Borne {
    let e = this.entries.get(term.key);
    if (!e) {
      this.entries.set(term.key, (e = { term, tally: new Tally(), bearers: 0 }));
      this.index.add(term.selector, e);
      this.unused++;
    }
    return e;
  }

  /** The terms that mean this pod. */
  matching(pod: PodInfo, namespaceLabels: Readonly<Record<string, string>> | undefined): Borne[] {
    const found: Borne[] = [];
    if (this.entries.size === 0) return found;
    this.index.candidates(pod.labels, (e) => {
      if (termMatches(e.term, pod.namespace, pod.labels, namespaceLabels)) found.push(e);
    });
    return found;
  }

  relabelled(node: NodeInfo, before: Readonly<Record<string, string>>): void {
    for (const e of this.entries.values()) e.tally.relabelled(node, before);
  }

  /** Forgets terms without bearers when there are many; never during a cycle. */
  sweep(): void {
    if (this.unused <= MOST_UNUSED) return;
    for (const [key, e] of this.entries) {
      if (e.bearers > 0) continue;
      this.entries.delete(key);
      this.index.delete(e.term.selector, e);
    }
    this.unused = 0;
  }
}

const MOST_COUNTERS = 1024;

/**
 * What inter-pod affinity and topology spreading need to know of all pods, kept current pod by pod instead of being counted for every pod
 * that is scheduled: how many pods a selector selects per node and topology value, and which terms the pods on the nodes carry.
 */
export class TopologyIndex {
  /** Required anti-affinity of pods on nodes: 1 a bearer. */
  readonly antiAffinity = new TermTable();
  /** Required affinity of pods on nodes: 1 a bearer. */
  readonly affinity = new TermTable();
  /** Preferred affinity (its weight) and anti-affinity (minus its weight) of pods on nodes. */
  readonly preferences = new TermTable();
  private readonly counters = new LruMap<string, Counter>(MOST_COUNTERS);
  private counterIndex = new LabelIndex<Counter>();
  private indexed = 0;

  /** @param podsOf the pods on nodes in a namespace */
  constructor(private readonly podsOf: (namespace: string) => Iterable<{ pod: PodInfo; node: NodeInfo }>) {}

  /** A live tally of the pods described: made on first demand, kept while it is used. */
  count(c: CountedPods): Tally {
    const key = `${c.terminating ? '+' : '-'}${[...c.namespaces].sort().join(',')}\n${c.selectors.map(selectorKey).join('\n')}`;
    const known = this.counters.get(key);
    if (known) return known.tally;
    const counter: Counter = { ...c, tally: new Tally() };
    for (const namespace of c.namespaces) {
      for (const { pod, node } of this.podsOf(namespace)) if (counts(counter, pod)) counter.tally.add(node, 1);
    }
    this.counters.set(key, counter);
    this.counterIndex.add(c.selectors[0]!, counter);
    // Counters that fell out of the map would still be kept current: begin the index anew now and then.
    if (++this.indexed > 2 * MOST_COUNTERS) this.reindex();
    return counter.tally;
  }

  add(pod: PodInfo, node: NodeInfo): void {
    this.change(pod, node, 1);
  }

  remove(pod: PodInfo, node: NodeInfo): void {
    this.change(pod, node, -1);
  }

  /** To be called after a node's labels have changed. */
  relabelled(node: NodeInfo, before: Readonly<Record<string, string>>): void {
    for (const [, c] of this.counters) c.tally.relabelled(node, before);
    for (const table of [this.antiAffinity, this.affinity, this.preferences]) table.relabelled(node, before);
  }

  /** Forgets what is no longer needed; to be called between cycles. */
  sweep(): void {
    for (const table of [this.antiAffinity, this.affinity, this.preferences]) table.sweep();
  }

  private change(pod: PodInfo, node: NodeInfo, sign: 1 | -1): void {
    this.counterIndex.candidates(pod.labels, (c) => {
      if (counts(c, pod)) c.tally.add(node, sign);
    });
    for (const t of pod.requiredAntiAffinity) this.antiAffinity.add(t, node, 1, sign);
    for (const t of pod.requiredAffinity) this.affinity.add(t, node, 1, sign);
    for (const w of pod.preferredAffinity) this.preferences.add(w.term, node, w.weight, sign);
    for (const w of pod.preferredAntiAffinity) this.preferences.add(w.term, node, -w.weight, sign);
  }

  private reindex(): void {
    this.counterIndex = new LabelIndex();
    this.indexed = 0;
    for (const [, c] of this.counters) {
      this.counterIndex.add(c.selectors[0]!, c);
      this.indexed++;
    }
  }
}

function counts(c: CountedPods, pod: PodInfo): boolean {
  if (!c.namespaces.has(pod.namespace) || (!c.terminating && pod.terminating)) return false;
  for (const s of c.selectors) if (!s.matches(pod.labels)) return false;
  return true;
}
