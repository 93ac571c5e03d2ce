import type { UserInfo } from '../../apiserver/registry/strategy';

/** authentication.k8s.io UserInfo as JSON: what is empty is left out. */
export function shownUser(u: UserInfo): Record<string, unknown> {
  const extra = u.extra ?? {};
  return {
    ...(u.name ? { username: u.name } : {}),
    ...(u.uid ? { uid: u.uid } : {}),
    ...(u.groups.length ? { groups: [...u.groups] } : {}),
    ...(Object.keys(extra).length ? { extra } : {}),
  };
}
