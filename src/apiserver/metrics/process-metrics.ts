import { readdirSync, readFileSync } from 'node:fs';
import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';
import { watchEventLoop } from '../../util/event-loop';

/** The process_* metrics of a Prometheus client, read when they are scraped. Those that only Linux tells are left out elsewhere. */
export function addProcessMetrics(registry: Registry, startedAt: number): void {
  const gauge = (name: string, help: string, read: () => number | undefined): void => {
    const g: Gauge = new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        const value = read();
        if (value !== undefined) g.set(value);
      },
    });
  };
  gauge('process_cpu_seconds_total', 'User and system CPU time spent, in seconds.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', () => process.memoryUsage.rss());
  gauge('process_start_time_seconds', 'Start time of the process since the Unix epoch, in seconds.', () => Math.round(startedAt / 1000));
  addEventLoopLag(gauge);
  if (process.platform !== 'linux') return;
  gauge('process_virtual_memory_bytes', 'Virtual memory size in bytes.', () => statusField('VmSize'));
  gauge('process_open_fds', 'Number of open file descriptors.', () => readdirSync('/proc/self/fd').length);
}

/** How late the event loop was since the last scrape, under the names of Prometheus's client for Node. */
function addEventLoopLag(gauge: (name: string, help: string, read: () => number | undefined) => void): void {
  const lag = watchEventLoop();
  gauge('nodejs_eventloop_lag_p50_seconds', 'Median lateness of the event loop since the last scrape, in seconds.', () => lag.percentile(50));
  gauge('nodejs_eventloop_lag_p99_seconds', '99th percentile of the lateness of the event loop since the last scrape, in seconds.', () => lag.percentile(99));
  gauge('nodejs_eventloop_lag_max_seconds', 'Greatest lateness of the event loop since the last scrape, in seconds.', () => {
    const max = lag.max();
    lag.reset();
    return max;
  });
}

function statusField(name: string): number | undefined {
  const line = readFileSync('/proc/self/status', 'utf8').split('\n').find((l) => l.startsWith(`${name}:`));
  return line ? Number.parseInt(line.slice(name.length + 1), 10) * 1024 : undefined;
}
