import type { KubeObject } from '../../api/meta/object';
import type { Raw } from '../shared/raw';

const MAX_SHOWN = 2;
/** How Go prints a quantity that is not there. */
const NONE = '<nil>';
const UNKNOWN = '<unknown>';

/** The Targets cell: what is measured and wanted, the first two metrics in full. */
export function targetsCell(o: KubeObject): string {
  const specs = (o.spec?.metrics ?? []) as Raw[];
  const statuses = (o.status?.currentMetrics ?? []) as Raw[];
  if (!specs.length) return '<none>';
  const shown = specs.slice(0, MAX_SHOWN).map((spec, i) => metric(spec, statuses[i]));
  return shown.join(', ') + (specs.length > MAX_SHOWN ? ` + ${specs.length - MAX_SHOWN} more...` : '');
}

function metric(spec: Raw, status: Raw | undefined): string {
  switch (spec.type) {
    case 'External':
      return valueOrAverage(spec.external, status?.external);
    case 'Object':
      return valueOrAverage(spec.object, status?.object);
    case 'Pods':
      return `${status?.pods ? (status.pods.current?.averageValue ?? NONE) : UNKNOWN}/${spec.pods?.target?.averageValue ?? NONE}`;
    case 'Resource':
      return resource(spec.resource, status?.resource);
    case 'ContainerResource':
      return resource(spec.containerResource, status?.containerResource);
    default:
      return '<unknown type>';
  }
}

function valueOrAverage(source: Raw, status: Raw | undefined): string {
  const average = source.target?.averageValue as string | undefined;
  if (average !== undefined) return `${status?.current?.averageValue ?? UNKNOWN}/${average} (avg)`;
  return `${status ? (status.current?.value ?? NONE) : UNKNOWN}/${source.target?.value ?? NONE}`;
}

function resource(source: Raw, status: Raw | undefined): string {
  const { averageValue, averageUtilization } = (source.target ?? {}) as Raw;
  if (averageValue !== undefined) return `${source.name}: ${status ? (status.current?.averageValue ?? NONE) : UNKNOWN}/${averageValue}`;
  const current = status?.current?.averageUtilization as number | undefined;
  const wanted = averageUtilization === undefined ? '<auto>' : `${averageUtilization}%`;
  return `${source.name}: ${current === undefined ? UNKNOWN : `${current}%`}/${wanted}`;
}
