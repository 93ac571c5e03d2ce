import type { Raw } from './raw';

interface Block {
  path: string;
  port: Raw;
}

/** A port as Go prints the struct. */
function show(p: Raw): string {
  return `{Name:${p.name ?? ''} HostPort:${p.hostPort ?? 0} ContainerPort:${p.containerPort ?? 0} Protocol:${p.protocol ?? ''} HostIP:${p.hostIP ?? ''}}`;
}

function clash(a: Raw, b: Raw): string | undefined {
  const [hostA, hostB] = [(a.hostPort ?? 0) as number, (b.hostPort ?? 0) as number];
  const [ipA, ipB] = [(a.hostIP ?? '') as string, (b.hostIP ?? '') as string];
  if (ipA === ipB && hostA === hostB) return 'duplicate';
  if (hostA === 0 || hostB === 0) return 'overlapping';
  return hostA === hostB && (ipA === '') !== (ipB === '') ? 'dangerously ambiguous' : undefined;
}

/** Warnings about container ports that say the same twice; `at` is the path of the pod spec. */
export function portWarnings(spec: Raw, at: string): string[] {
  const blocks: Block[] = [];
  for (const list of ['initContainers', 'containers', 'ephemeralContainers']) {
    ((spec[list] ?? []) as Raw[]).forEach((c, i) => {
      const ports = c.ports as Raw[] | undefined;
      if (ports) ports.forEach((port, j) => blocks.push({ path: `${at}.${list}[${i}].ports[${j}]`, port }));
    });
  }
  const found: string[] = [];
  blocks.forEach(({ path, port }, i) => {
    if (port.hostIP && !port.hostPort) found.push(`${path}: hostIP set without hostPort: ${show(port)}`);
    for (const other of blocks.slice(0, i)) {
      if (other.port.containerPort !== port.containerPort || other.port.protocol !== port.protocol) continue;
      const what = clash(port, other.port);
      if (what) found.push(`${path}: ${what} port definition with ${other.path}`);
    }
  });
  const names = new Map<string, string>();
  for (const { path, port } of blocks) {
    if (!port.name) continue;
    const other = names.get(port.name);
    if (other === undefined) names.set(port.name, path);
    else found.push(`${path}: duplicate port name ${JSON.stringify(port.name)} with ${other}, services and probes that select ports by name will use ${other}`);
  }
  return found;
}
