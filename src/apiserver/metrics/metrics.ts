import { Counter, Gauge, Registry } from 'prom-client';
import { addProcessMetrics } from './process-metrics';
import type { CounterCell, HistogramCell, Labels } from './series';
import { FastCounter, FastHistogram } from './series';

const DURATION_BUCKETS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const RESPONSE_BUCKETS = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
const EVENT_BUCKETS = [1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072];

/** What distinguishes the requests that are counted together. */
export interface RequestLabels {
  /** GET, LIST, WATCH, POST, PUT, PATCH, APPLY, DELETE, DELETECOLLECTION, CONNECT. */
  verb: string;
  dryRun: string;
  group: string;
  version: string;
  resource: string;
  subresource: string;
  /** 'resource', 'namespace', 'cluster' or ''. */
  scope: string;
}

/** Counts the requests of one label set. */
export class RequestSeries {
  private readonly codes = new Map<number, CounterCell>();

  constructor(
    private readonly byCode: (code: number) => CounterCell,
    private readonly duration: HistogramCell | undefined,
    private readonly size: HistogramCell,
  ) {}

  /** One answer: after `seconds`, of `bytes`. Watches have no duration. */
  observe(code: number, seconds: number, bytes: number): void {
    let cell = this.codes.get(code);
    if (!cell) this.codes.set(code, (cell = this.byCode(code)));
    cell.value++;
    this.duration?.observe(seconds);
    this.size.observe(bytes);
  }
}

/** Watches of one resource. */
export interface WatchSeries {
  open: number;
  events: CounterCell;
  sizes: HistogramCell;
}

/**
 * The metrics of one API server under the names kube-apiserver gives them, in a registry of its own: other components of the same cluster
 * register theirs in `registry` too.
 */
export class Metrics {
  readonly registry = new Registry();
  /** Requests being served now. */
  readonly inflight = { readOnly: 0, mutating: 0 };
  private readonly requests: FastCounter;
  private readonly durations: FastHistogram;
  private readonly sizes: FastHistogram;
  private readonly events: FastCounter;
  private readonly eventSizes: FastHistogram;
  private readonly watches: { labels: Labels; series: WatchSeries }[] = [];

  /** `startedAt`: when the process began, in milliseconds since the epoch. */
  constructor(startedAt: number) {
    const r = this.registry;
    this.requests = new FastCounter('apiserver_request_total', 'API requests answered, by verb, resource, scope and HTTP code.', r);
    this.durations = new FastHistogram('apiserver_request_duration_seconds', 'Seconds from request to answer, by verb, resource and scope.', DURATION_BUCKETS, r);
    this.sizes = new FastHistogram('apiserver_response_sizes', 'Bytes of answers, by verb, resource and scope.', RESPONSE_BUCKETS, r);
    this.events = new FastCounter('apiserver_watch_events_total', 'Events sent to watchers, by resource.', r);
    this.eventSizes = new FastHistogram('apiserver_watch_events_sizes', 'Mean bytes of the events written together to a watcher, by resource.', EVENT_BUCKETS, r);
    this.addInflight();
    this.addLongRunning();
    addProcessMetrics(r, startedAt);
  }

  /** The series of a label set; ask once and keep it. */
  series(l: RequestLabels): RequestSeries {
    const where = { verb: l.verb, group: l.group, version: l.version, resource: l.resource, subresource: l.subresource, scope: l.scope, component: 'apiserver' };
    const requests = { ...where, dry_run: l.dryRun };
    return new RequestSeries(
      (code) => this.requests.cell({ ...requests, code: String(code) }),
      l.verb === 'WATCH' ? undefined : this.durations.cell(requests),
      this.sizes.cell(where),
    );
  }

  /** The series of the watches of a resource; ask once and keep it. */
  watchSeries(group: string, version: string, resource: string): WatchSeries {
    const labels = { group, version, resource };
    const series = { open: 0, events: this.events.cell(labels), sizes: this.eventSizes.cell(labels) };
    this.watches.push({ labels: { ...labels, verb: 'WATCH', subresource: '', scope: '', component: 'apiserver' }, series });
    return series;
  }

  /** Publishes how many objects there are of each resource ('pods', 'deployments.apps'), asked for at every scrape. */
  addStorageObjects(count: () => Iterable<readonly [resource: string, objects: number]>): void {
    this.gaugeVector('apiserver_storage_objects', 'Objects stored, by resource.', ['resource'], () => Array.from(count(), ([resource, n]) => [{ resource }, n] as const));
  }

  /** Publishes the size of the database in bytes. */
  addStorageSize(size: () => Promise<number>): void {
    const g: Gauge = new Gauge({
      name: 'apiserver_storage_size_bytes',
      help: 'Size of the database in bytes.',
      registers: [this.registry],
      async collect() {
        g.set(await size());
      },
    });
  }

  /** Publishes values that are asked for at every scrape. */
  gauges(name: string, help: string, labelNames: string[], read: () => readonly (readonly [Labels, number])[]): void {
    this.gaugeVector(name, help, labelNames, read);
  }

  /** The same for what only grows. */
  counters(name: string, help: string, labelNames: string[], read: () => readonly (readonly [Labels, number])[]): void {
    const c: Counter = new Counter({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect() {
        c.reset();
        for (const [labels, value] of read()) c.inc(labels, value);
      },
    });
  }

  /** The text Prometheus reads, and its content type. */
  async text(): Promise<{ contentType: string; body: string }> {
    return { contentType: this.registry.contentType, body: await this.registry.metrics() };
  }

  private addInflight(): void {
    this.gaugeVector('apiserver_current_inflight_requests', 'Requests being served now, by kind.', ['request_kind'], () => [
      [{ request_kind: 'readOnly' }, this.inflight.readOnly],
      [{ request_kind: 'mutating' }, this.inflight.mutating],
    ]);
  }

  private addLongRunning(): void {
    const names = ['verb', 'group', 'version', 'resource', 'subresource', 'scope', 'component'];
    this.gaugeVector('apiserver_longrunning_requests', 'Watches and other long requests open now.', names, () => this.watches.map((w) => [w.labels, w.series.open] as const));
  }

  private gaugeVector(name: string, help: string, labelNames: string[], read: () => readonly (readonly [Labels, number])[]): void {
    const g: Gauge = new Gauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect() {
        g.reset();
        for (const [labels, value] of read()) g.set(labels, value);
      },
    });
  }
}
