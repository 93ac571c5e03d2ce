import type { Raw } from '../shared/raw';

/** Drops what is not there, so that the text has only what Go would write. */
function present(o: Raw): Raw {
  return Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined));
}

function reference(r: Raw | undefined): Raw {
  return present({ kind: r?.kind ?? '', name: r?.name ?? '', apiVersion: r?.apiVersion || undefined });
}

/** A v2 metric as autoscaling/v1 writes it into its annotation, fields in the order of the Go type. */
export function metricToV1(m: Raw): Raw {
  const { object, pods, resource, containerResource, external } = m as Record<string, Raw | undefined>;
  return present({
    type: m.type,
    object: object && present({
      target: reference(object.describedObject),
      metricName: object.metric?.name ?? '',
      targetValue: object.target?.value ?? '0',
      selector: object.metric?.selector,
      averageValue: object.target?.averageValue,
    }),
    pods: pods && present({ metricName: pods.metric?.name ?? '', targetAverageValue: pods.target?.averageValue ?? '0', selector: pods.metric?.selector }),
    resource: resource && present({
      name: resource.name,
      targetAverageUtilization: resource.target?.averageUtilization,
      targetAverageValue: resource.target?.averageValue,
    }),
    containerResource: containerResource && present({
      name: containerResource.name,
      targetAverageUtilization: containerResource.target?.averageUtilization,
      targetAverageValue: containerResource.target?.averageValue,
      container: containerResource.container ?? '',
    }),
    external: external && present({
      metricName: external.metric?.name ?? '',
      metricSelector: external.metric?.selector,
      targetValue: external.target?.value,
      targetAverageValue: external.target?.averageValue,
    }),
  });
}

function utilizationTarget(s: Raw): Raw {
  const type = s.targetAverageUtilization === undefined ? 'AverageValue' : 'Utilization';
  return present({ type, averageUtilization: s.targetAverageUtilization, averageValue: s.targetAverageValue });
}

function identifier(name: unknown, selector: unknown): Raw {
  return present({ name: name ?? '', selector });
}

/** Inverse of metricToV1. */
export function metricFromV1(m: Raw): Raw {
  const { object, pods, resource, containerResource, external } = m as Record<string, Raw | undefined>;
  const objectTarget = (s: Raw): Raw => {
    if (s.averageValue === undefined) return { type: 'Value', value: s.targetValue ?? '0' };
    const value = s.targetValue === undefined || s.targetValue === '0' ? undefined : s.targetValue;
    return present({ type: 'AverageValue', value, averageValue: s.averageValue });
  };
  return present({
    type: m.type ?? '',
    object: object && { describedObject: reference(object.target), target: objectTarget(object), metric: identifier(object.metricName, object.selector) },
    pods: pods && { metric: identifier(pods.metricName, pods.selector), target: { type: 'AverageValue', averageValue: pods.targetAverageValue ?? '0' } },
    resource: resource && { name: resource.name ?? '', target: utilizationTarget(resource) },
    containerResource: containerResource && { name: containerResource.name ?? '', target: utilizationTarget(containerResource), container: containerResource.container ?? '' },
    external: external && {
      metric: identifier(external.metricName, external.metricSelector),
      target: present({ type: external.targetValue === undefined ? 'AverageValue' : 'Value', value: external.targetValue, averageValue: external.targetAverageValue }),
    },
  });
}

/** A v2 metric status as autoscaling/v1 writes it into its annotation. */
export function metricStatusToV1(m: Raw): Raw {
  const { object, pods, resource, containerResource, external } = m as Record<string, Raw | undefined>;
  return present({
    type: m.type,
    object: object && present({
      target: reference(object.describedObject),
      metricName: object.metric?.name ?? '',
      currentValue: object.current?.value ?? '0',
      selector: object.metric?.selector,
      averageValue: object.current?.averageValue,
    }),
    pods: pods && present({ metricName: pods.metric?.name ?? '', currentAverageValue: pods.current?.averageValue ?? '0', selector: pods.metric?.selector }),
    resource: resource && present({
      name: resource.name,
      currentAverageUtilization: resource.current?.averageUtilization,
      currentAverageValue: resource.current?.averageValue ?? '0',
    }),
    containerResource: containerResource && present({
      name: containerResource.name,
      currentAverageUtilization: containerResource.current?.averageUtilization,
      currentAverageValue: containerResource.current?.averageValue ?? '0',
      container: containerResource.container ?? '',
    }),
    external: external && present({
      metricName: external.metric?.name ?? '',
      metricSelector: external.metric?.selector,
      currentValue: external.current?.value ?? '0',
      currentAverageValue: external.current?.averageValue,
    }),
  });
}

/** Inverse of metricStatusToV1. */
export function metricStatusFromV1(m: Raw): Raw {
  const { object, pods, resource, containerResource, external } = m as Record<string, Raw | undefined>;
  const utilization = (s: Raw): Raw => present({ averageUtilization: s.currentAverageUtilization, averageValue: s.currentAverageValue ?? '0' });
  return present({
    type: m.type ?? '',
    object: object && {
      metric: identifier(object.metricName, object.selector),
      current: present({ value: object.currentValue ?? '0', averageValue: object.averageValue }),
      describedObject: reference(object.target),
    },
    pods: pods && { metric: identifier(pods.metricName, pods.selector), current: { averageValue: pods.currentAverageValue ?? '0' } },
    resource: resource && { name: resource.name ?? '', current: utilization(resource) },
    containerResource: containerResource && { name: containerResource.name ?? '', current: utilization(containerResource), container: containerResource.container ?? '' },
    external: external && {
      metric: identifier(external.metricName, external.metricSelector),
      current: present({ value: external.currentValue ?? '0', averageValue: external.currentAverageValue }),
    },
  });
}
