/** What a request path and method ask for, before anything is looked up (RequestInfo upstream). */
export interface RequestInfo {
  /** Decoded path, without the query. */
  path: string;
  /** Raw query after '?'; '' when there is none. */
  query: string;
  /** False for discovery, health and everything else that names no resource. */
  isResource: boolean;
  /** Kubernetes verb for resources; the lower-cased method otherwise. */
  verb: string;
  group: string;
  version: string;
  /** Namespace in the path; '' for none. For a Namespace object its own name. */
  namespace: string;
  resource: string;
  subresource: string;
  name: string;
  /** What follows the subresource, with its leading slash: proxy paths. */
  subpath: string;
  /** The path went through …/namespaces/NS/RESOURCE. */
  underNamespace: boolean;
  /** The deprecated /watch/ prefix. */
  watchPrefix: boolean;
}

/** The path is no valid URL encoding. The HTTP layer answers 400. */
export class BadPathError extends Error {}

const VERBS: Readonly<Record<string, string>> = { GET: 'get', HEAD: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/**
 * Reads method and URL by the rules of kube-apiserver's RequestInfoFactory, limited to prefixes that exist (/watch/, not /proxy/).
 * Whether a bare GET lists or watches is not decided here, since that needs the query: the verb is 'list' then.
 * @throws BadPathError when the path has a broken percent escape
 */
export function parseRequestInfo(method: string, url: string): RequestInfo {
  const q = url.indexOf('?');
  let path = q < 0 ? url : url.slice(0, q);
  if (path.includes('%')) path = decodePath(path);
  const info: RequestInfo = {
    path,
    query: q < 0 ? '' : url.slice(q + 1),
    isResource: false,
    verb: '',
    group: '',
    version: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    subpath: '',
    underNamespace: false,
    watchPrefix: false,
  };
  const parts = splitPath(path);
  const core = parts[0] === 'api';
  if (parts.length < (core ? 3 : 4) || !(core || parts[0] === 'apis')) {
    info.verb = method.toLowerCase();
    return info;
  }
  info.isResource = true;
  let i = 1;
  if (!core) info.group = parts[i++]!;
  info.version = parts[i++]!;
  info.verb = VERBS[method] ?? '';
  if (parts[i] === 'watch' && parts.length > i + 1) {
    info.watchPrefix = true;
    info.verb = 'watch';
    i++;
  }
  if (parts[i] === 'namespaces' && parts.length > i + 1) {
    info.namespace = parts[i + 1]!;
    const next = parts[i + 2];
    if (next !== undefined && next !== 'status' && next !== 'finalize') {
      info.underNamespace = true;
      i += 2;
    }
  }
  info.resource = parts[i]!;
  info.name = parts[i + 1] ?? '';
  info.subresource = parts[i + 2] ?? '';
  if (parts.length > i + 3) info.subpath = '/' + parts.slice(i + 3).join('/');
  if (info.name === '' && !info.watchPrefix) {
    if (info.verb === 'get') info.verb = 'list';
    else if (info.verb === 'delete') info.verb = 'deletecollection';
  }
  return info;
}

/** The segments between slashes; slashes at both ends do not count, doubled ones inside make empty segments. */
function splitPath(path: string): string[] {
  let start = 0;
  let end = path.length;
  while (start < end && path.charCodeAt(start) === 47) start++;
  while (end > start && path.charCodeAt(end - 1) === 47) end--;
  return start === end ? [] : path.slice(start, end).split('/');
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new BadPathError(`the path ${JSON.stringify(path)} has an invalid percent escape`);
  }
}
