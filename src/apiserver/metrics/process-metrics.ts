import { readdirSync, readFileSync } from 'node:fs';
import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';

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
  if (process.platform !== 'linux') return;
  gauge('process_virtual_memory_bytes', 'Virtual memory size in bytes.', () => statusField('VmSize'));
  gauge('process_open_fds', 'Number of open file descriptors.', () => readdirSync('/proc/self/fd').length);
}

function statusField(name: string): number | undefined {
  const line = readFileSync('/proc/self/status', 'utf8').split('\n').find((l) => l.startsWith(`${name}:`));
  return line ? Number.parseInt(line.slice(name.length + 1), 10) * 1024 : undefined;
}
