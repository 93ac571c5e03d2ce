import type { Registry } from 'prom-client';

export type Labels = Readonly<Record<string, string>>;

/** A histogram of one label set. */
export class HistogramCell {
  readonly counts: number[];
  sum = 0;
  total = 0;

  constructor(
    readonly labels: Labels,
    private readonly bounds: readonly number[],
  ) {
    this.counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.sum += value;
    this.total++;
    for (let i = 0; i < this.bounds.length; i++) {
      if (value <= this.bounds[i]!) {
        this.counts[i]!++;
        return;
      }
    }
  }
}

/** A counter of one label set. */
export class CounterCell {
  value = 0;

  constructor(readonly labels: Labels) {}
}

/**
 * A metric whose cells are handed out once and counted without any look-up: prom-client's own hash their labels at every use,
 * which a request should not pay for. It is read by a prom-client registry like any other metric.
 */
abstract class FastMetric<C> {
  protected readonly cells: C[] = [];

  constructor(
    readonly name: string,
    readonly help: string,
    readonly type: 'counter' | 'histogram',
    registry: Registry,
  ) {
    registry.registerMetric(this as never);
  }

  /** How prom-client reads a metric. */
  get(): Promise<object> {
    return Promise.resolve({ name: this.name, help: this.help, type: this.type, aggregator: 'sum', values: this.values() });
  }

  protected abstract values(): { labels: Record<string, string | number>; value: number; metricName?: string }[];
}

export class FastCounter extends FastMetric<CounterCell> {
  constructor(name: string, help: string, registry: Registry) {
    super(name, help, 'counter', registry);
  }

  cell(labels: Labels): CounterCell {
    const cell = new CounterCell(labels);
    this.cells.push(cell);
    return cell;
  }

  protected values(): { labels: Record<string, string>; value: number }[] {
    return this.cells.map((c) => ({ labels: c.labels, value: c.value }));
  }
}

export class FastHistogram extends FastMetric<HistogramCell> {
  constructor(
    name: string,
    help: string,
    private readonly bounds: readonly number[],
    registry: Registry,
  ) {
    super(name, help, 'histogram', registry);
  }

  cell(labels: Labels): HistogramCell {
    const cell = new HistogramCell(labels, this.bounds);
    this.cells.push(cell);
    return cell;
  }

  protected values(): { labels: Record<string, string | number>; value: number; metricName: string }[] {
    return this.cells.flatMap((c) => {
      let below = 0;
      const buckets = this.bounds.map((le, i) => ({ labels: { ...c.labels, le }, value: (below += c.counts[i]!), metricName: `${this.name}_bucket` }));
      return [
        ...buckets,
        { labels: { ...c.labels, le: '+Inf' }, value: c.total, metricName: `${this.name}_bucket` },
        { labels: c.labels, value: c.sum, metricName: `${this.name}_sum` },
        { labels: c.labels, value: c.total, metricName: `${this.name}_count` },
      ];
    });
  }
}
