import type { Parameter } from './parameters';

export type Method = 'get' | 'put' | 'post' | 'delete' | 'patch' | 'options' | 'head';

/** What a body or an answer holds: the name of a definition, or plain text. */
export type Content = { definition: string } | 'text';

/** One method of one path, free of the version of OpenAPI it will be written in. */
export interface Operation {
  path: string;
  method: Method;
  id: string;
  tag: string;
  summary: string;
  /** x-kubernetes-action */
  action?: string;
  /** x-kubernetes-group-version-kind */
  gvk?: { group: string; version: string; kind: string };
  parameters: readonly Parameter[];
  body?: { definition: string; required: boolean };
  /** Media types of the body; undefined when the operation says nothing about it. */
  consumes?: readonly string[];
  produces: readonly string[];
  /** Status code → what it means and what comes with it. */
  responses: Readonly<Record<string, { text: string; content?: Content }>>;
}

export const JSON_TYPE = 'application/json';
const YAML_TYPE = 'application/yaml';
const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf';
export const OBJECT_TYPES: readonly string[] = [JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE];
export const WATCH_TYPES: readonly string[] = [...OBJECT_TYPES, `${JSON_TYPE};stream=watch`, `${PROTOBUF_TYPE};stream=watch`];
export const PATCH_TYPES: readonly string[] = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json', 'application/apply-patch+yaml'];
export const ANY_TYPE: readonly string[] = ['*/*'];

export const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const UNAUTHORIZED = { text: 'Unauthorized' };

/** The responses of an operation: 200 and `more` of 201 and 202, all with the same content, and 401. */
export function responses(content: Content, ...more: (201 | 202)[]): Operation['responses'] {
  const out: Record<string, { text: string; content?: Content }> = { 200: { text: 'OK', content } };
  for (const code of more) out[code] = { text: code === 201 ? 'Created' : 'Accepted', content };
  out[401] = UNAUTHORIZED;
  return out;
}

/** rbac.authorization.k8s.io → RbacAuthorization; the core group: Core. */
export function groupTitle(group: string): string {
  const short = group === '' ? 'core' : group.replace(/\.k8s\.io$/, '');
  return short.split('.').map(title).join('');
}

/** The tag of a group's operations: rbacAuthorization, core. */
export function groupTag(group: string): string {
  const t = groupTitle(group);
  return t[0]!.toLowerCase() + t.slice(1);
}

/** status → Status */
export function title(s: string): string {
  return s === '' ? '' : s[0]!.toUpperCase() + s.slice(1);
}
