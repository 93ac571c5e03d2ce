/** A parameter of an operation, free of the version of OpenAPI. */
export interface Parameter {
  name: string;
  in: 'query' | 'path';
  type: 'string' | 'integer' | 'boolean';
}

function query(type: Parameter['type'], ...names: string[]): Parameter[] {
  return names.map((name) => ({ name, in: 'query', type }));
}

function path(name: string): Parameter {
  return { name, in: 'path', type: 'string' };
}

export const NAME = path('name');
export const NAMESPACE = path('namespace');
export const PROXY_PATH = path('path');
export const PRETTY = query('string', 'pretty');

/** Of lists and watches. */
export const LIST = [
  ...query('boolean', 'allowWatchBookmarks', 'sendInitialEvents', 'watch'),
  ...query('string', 'continue', 'fieldSelector', 'labelSelector', 'resourceVersion', 'resourceVersionMatch', 'shardSelector'),
  ...query('integer', 'limit', 'timeoutSeconds'),
];

/** Of create and replace. kubectl looks for dryRun and fieldValidation before it sends them. */
export const WRITE = query('string', 'dryRun', 'fieldManager', 'fieldValidation');

export const PATCH = [...WRITE, ...query('boolean', 'force')];

export const DELETE = [
  ...query('string', 'dryRun', 'propagationPolicy'),
  ...query('integer', 'gracePeriodSeconds'),
  ...query('boolean', 'ignoreStoreReadErrorWithClusterBreakingPotential', 'orphanDependents'),
];

export const DELETE_COLLECTION = [...DELETE, ...LIST.filter((p) => p.name !== 'allowWatchBookmarks' && p.name !== 'watch')];

/** Of pods/log. */
export const LOG = [
  ...query('string', 'container', 'stream'),
  ...query('boolean', 'follow', 'insecureSkipTLSVerifyBackend', 'previous', 'timestamps'),
  ...query('integer', 'limitBytes', 'sinceSeconds', 'tailLines'),
];

const STREAMS = query('boolean', 'stderr', 'stdin', 'stdout', 'tty');

/** Of connections, by the kind of their options. */
export const CONNECT: Readonly<Record<string, readonly Parameter[]>> = {
  PodAttachOptions: [...query('string', 'container'), ...STREAMS],
  PodExecOptions: [...query('string', 'command', 'container'), ...STREAMS],
  PodPortForwardOptions: query('integer', 'ports'),
  PodProxyOptions: query('string', 'path'),
  ServiceProxyOptions: query('string', 'path'),
  NodeProxyOptions: query('string', 'path'),
};
