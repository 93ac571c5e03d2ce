import type { Raw } from './raw';

/** Annotation that held a container's AppArmor profile before there was a field. */
export const APPARMOR_PREFIX = 'container.apparmor.security.beta.kubernetes.io/';

const LOCAL = 'localhost/';

/** The appArmorProfile field that an annotation stands for; undefined when it stands for none. */
export function apparmorFieldFor(annotation: string): Raw | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' };
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' };
  if (annotation.startsWith(LOCAL) && annotation.length > LOCAL.length) return { type: 'Localhost', localhostProfile: annotation.slice(LOCAL.length) };
  return undefined;
}

/** The annotation that a field stands for; '' when it stands for none. */
export function apparmorAnnotationFor(profile: Raw | undefined): string {
  switch (profile?.type) {
    case 'Unconfined':
      return 'unconfined';
    case 'RuntimeDefault':
      return 'runtime/default';
    case 'Localhost':
      return profile.localhostProfile === undefined ? '' : `${LOCAL}${profile.localhostProfile}`;
    default:
      return '';
  }
}
