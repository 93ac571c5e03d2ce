import { createHash } from 'node:crypto';

const NAME = /^(?:(?<host>(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::\d+)?)\/)?(?<path>[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$/;

/**
 * The full name of an image as runtimes report it: docker.io/library/nginx:latest for nginx.
 * @throws Error with the reference parser's words when it is no image name
 */
export function fullImageName(image: string): string {
  if (/^[0-9a-f]{64}$/.test(image)) throw new Error(`invalid repository name (${image}), cannot specify 64-byte hexadecimal strings`);
  const slash = image.indexOf('/');
  const first = slash < 0 ? '' : image.slice(0, slash);
  const hasHost = slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  const rest = hasHost ? image.slice(slash + 1) : image;
  const full = `${hasHost ? first : 'docker.io'}/${!hasHost && slash < 0 ? 'library/' : ''}${rest}`;
  const m = NAME.exec(full);
  if (!m) throw new Error(/[A-Z]/.test(rest.replace(/[:@].*/, '')) ? 'repository name must be lowercase' : 'invalid reference format');
  return m.groups!['tag'] || m.groups!['digest'] ? full : `${full}:latest`;
}

/** A made-up but steady digest: the same image has the same everywhere. */
export function imageDigest(fullName: string): string {
  const given = /@(\w+:[0-9a-f]+)$/.exec(fullName);
  return given?.[1] ?? `sha256:${createHash('sha256').update(fullName).digest('hex')}`;
}

/** The image id of a container status: repository@digest. */
export function imageIdOf(fullName: string): string {
  const repository = fullName.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  return `${repository}@${imageDigest(fullName)}`;
}
