import { JSON_TYPE, META, OBJECT_TYPES, groupTag, groupTitle, responses, title } from './operation';
import type { Content, Operation } from './operation';

function get(path: string, id: string, tag: string, summary: string, content: Content, types = OBJECT_TYPES, consumes: readonly string[] | undefined = types): Operation {
  return { path, method: 'get', id, tag, summary, parameters: [], produces: types, ...(consumes ? { consumes } : {}), responses: responses(content) };
}

/** /api/ */
export const coreVersions = get('/api/', 'getCoreAPIVersions', 'core', 'list the versions of the core group', { definition: `${META}.APIVersions` });

/** /apis/ */
export const groupList = get('/apis/', 'getAPIVersions', 'apis', 'list the API groups', { definition: `${META}.APIGroupList` });

export const codeVersion = get('/version/', 'getCodeVersion', 'version', 'read the version of the server', { definition: 'io.k8s.apimachinery.pkg.version.Info' }, [JSON_TYPE]);

export const issuerConfiguration: Operation = {
  ...get('/.well-known/openid-configuration/', 'getServiceAccountIssuerOpenIDConfiguration', 'WellKnown', 'read the OpenID configuration of the issuer of service account tokens', 'text', [JSON_TYPE]),
  consumes: undefined,
};

export const issuerKeys: Operation = {
  ...get('/openid/v1/jwks/', 'getServiceAccountIssuerOpenIDKeyset', 'openid', 'read the public keys of the issuer of service account tokens', 'text', ['application/jwk-set+json']),
  consumes: undefined,
};

/** /apis/apps/ */
export function groupInformation(group: string): Operation {
  return get(`/apis/${group}/`, `get${groupTitle(group)}APIGroup`, groupTag(group), 'describe the API group', { definition: `${META}.APIGroup` });
}

/** /apis/apps/v1/ */
export function groupResources(group: string, version: string): Operation {
  const path = group === '' ? `/api/${version}/` : `/apis/${group}/${version}/`;
  const id = `get${groupTitle(group)}${title(version)}APIResources`;
  return get(path, id, `${groupTag(group)}_${version}`, 'list the resources of the version', { definition: `${META}.APIResourceList` });
}
