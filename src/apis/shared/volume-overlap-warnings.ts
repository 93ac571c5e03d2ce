import type { Raw } from './raw';

interface Place {
  path: string;
  source: string;
}

function show(p: Place): string {
  return p.source ? `${JSON.stringify(p.path)} (${p.source})` : JSON.stringify(p.path);
}

function places(items: Raw[] | undefined, source: string): Place[] {
  return (items ?? []).map((i) => ({ path: ((i.path ?? '') as string).replace(/\/+$/, ''), source }));
}

/** 'a with b' for every place that lies in, above or on an earlier one. */
function overlaps(all: readonly Place[]): string[] {
  const found: string[] = [];
  all.forEach((p, i) => {
    if (!p.path) return;
    for (const q of all.slice(0, i)) {
      if (q.path && (`${q.path}/`.startsWith(`${p.path}/`) || `${p.path}/`.startsWith(`${q.path}/`))) found.push(`${show(p)} with ${show(q)}`);
    }
  });
  return found;
}

function projectedPlaces(source: Raw): Place[] {
  const q = JSON.stringify;
  if (source.configMap?.items) return places(source.configMap.items, `ConfigMap ${q(source.configMap.name ?? '')}`);
  if (source.secret?.items) return places(source.secret.items, `Secret ${q(source.secret.name ?? '')}`);
  if (source.downwardAPI?.items) return places(source.downwardAPI.items, 'DownwardAPI');
  if (source.serviceAccountToken) return places([source.serviceAccountToken], 'ServiceAccountToken');
  return [];
}

/** Warnings about files of a volume that would be put over each other. */
export function overlapWarnings(volumes: readonly Raw[]): string[] {
  const found: string[] = [];
  const warn = (name: string, what: string, bodies: string[]): void => {
    for (const b of bodies) found.push(`volume ${JSON.stringify(name)} (${what}): overlapping paths: ${b}`);
  };
  for (const v of volumes) {
    if (v.configMap?.items) warn(v.name, `ConfigMap ${JSON.stringify(v.configMap.name ?? '')}`, overlaps(places(v.configMap.items, '')));
    if (v.secret?.items) warn(v.name, `Secret ${JSON.stringify(v.secret.secretName ?? '')}`, overlaps(places(v.secret.items, '')));
    if (v.downwardAPI?.items) warn(v.name, 'DownwardAPI', overlaps(places(v.downwardAPI.items, '')));
    if (!v.projected) continue;
    const all: Place[] = [];
    for (const source of (v.projected.sources ?? []) as Raw[]) {
      if (!Object.keys(source).length) found.push(`volume ${JSON.stringify(v.name)} (Projected) has no sources provided`);
      all.push(...projectedPlaces(source));
    }
    warn(v.name, 'Projected', overlaps(all));
  }
  return found;
}
