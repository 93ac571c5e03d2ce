import type { ResourceDefinition } from './strategy';

/** Places where upstream keeps some resources under a name other than their plural; error messages show these keys. */
const PREFIXES: Readonly<Record<string, string>> = {
  '/services': 'services/specs',
  '/endpoints': 'services/endpoints',
  '/nodes': 'minions',
  '/replicationcontrollers': 'controllers',
  'networking.k8s.io/ingresses': 'ingress',
  'apiextensions.k8s.io/customresourcedefinitions': 'apiextensions.k8s.io/customresourcedefinitions',
  'apiregistration.k8s.io/apiservices': 'apiregistration.k8s.io/apiservices',
};

/** Prefix of all keys of a resource, with the slash at its end: /registry/pods/. Custom resources have their group in it. */
export function storagePrefix(d: ResourceDefinition): string {
  const place = PREFIXES[`${d.gvk.group}/${d.plural}`] ?? (d.typedListItems ? `${d.gvk.group}/${d.plural}` : d.plural);
  return `/registry/${place}/`;
}
