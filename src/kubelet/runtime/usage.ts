import { quantityMilliValue, quantityValue } from '../../api/quantity';
import type { ContainerConfig } from './runtime';

const MiB = 1024 * 1024;

/** What a container uses: CPU in billionths of a core, memory in bytes. */
export interface Usage {
  cpuNanoCores: number;
  memoryBytes: number;
}

interface Resources {
  requests?: Record<string, string>;
  limits?: Record<string, string>;
}

/** The memory limit of a container in bytes; infinite when there is none. */
export function memoryLimitOf(c: ContainerConfig): number {
  const limit = resourcesOf(c).limits?.['memory'];
  return limit === undefined ? Infinity : quantityValue(limit);
}

/**
 * What a container uses: as much as the arguments of stress, stress-ng and the like say, the CPU up to its limit; otherwise a twentieth of the
 * requested CPU and half of the requested memory, or a little.
 */
export function usageOf(c: ContainerConfig): Usage {
  const { requests, limits } = resourcesOf(c);
  const load = loadOf(c);
  const milli = requests?.['cpu'] === undefined ? 20 : quantityMilliValue(requests['cpu']);
  const memory = requests?.['memory'] === undefined ? 16 * MiB : quantityValue(requests['memory']);
  const most = limits?.['cpu'] === undefined ? Infinity : quantityMilliValue(limits['cpu']) * 1e6;
  return { cpuNanoCores: Math.min(most, load.cores === undefined ? milli * 50_000 : load.cores * 1e9), memoryBytes: load.bytes ?? Math.ceil(memory / 2) };
}

function resourcesOf(c: ContainerConfig): Resources {
  const { containers, initContainers = [] } = c.pod['spec'] as { containers: { name: string; resources?: Resources }[]; initContainers?: { name: string; resources?: Resources }[] };
  return [...containers, ...initContainers].find((x) => x.name === c.name)?.resources ?? {};
}

/** The load that a program for making load is told to make. */
function loadOf(c: ContainerConfig): { cores?: number; bytes?: number } {
  const argv = [...c.command, ...c.args];
  const program = argv[0]?.replace(/^.*\//, '') ?? '';
  if (!/^stress(-ng)?$/.test(program) && !(program.startsWith('-') && /(^|\/)stress(-ng)?(:|@|$)/.test(c.image))) return {};
  const option = (...names: string[]): string | undefined => {
    for (const [i, a] of argv.entries()) {
      const [name, value] = a.split('=', 2) as [string, string | undefined];
      if (names.includes(name)) return value ?? argv[i + 1];
    }
    return undefined;
  };
  const cpus = option('--cpu', '-c', '--cpus', '-cpus');
  const workers = Number(option('--vm', '-m') ?? 0);
  const total = option('--mem-total', '-mem-total');
  const bytes = total === undefined ? workers * bytesOf(option('--vm-bytes') ?? '256M') : bytesOf(total);
  return { ...(cpus === undefined ? {} : { cores: Number(cpus) || 0 }), ...(bytes > 0 ? { bytes } : {}) };
}

/** 250M, 1g, 150Mi or a number of bytes: stress counts in powers of two. */
function bytesOf(text: string): number {
  const m = /^(\d+(?:\.\d+)?)([bkmg]?)(?:i?b?)$/i.exec(text);
  if (!m) return 0;
  return Math.floor(Number(m[1]) * 1024 ** ['b', 'k', 'm', 'g'].indexOf((m[2] || 'b').toLowerCase()));
}
