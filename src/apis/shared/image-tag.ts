/**
 * Default of imagePullPolicy for an image: Always for :latest (written or implied), else IfNotPresent. A digest counts as a tag;
 * references that do not parse have no tag and get IfNotPresent, as upstream, which ignores the parser's error.
 */
export function defaultPullPolicy(image: string | undefined): 'Always' | 'IfNotPresent' {
  if (!image) return 'IfNotPresent';
  if (image.indexOf('@') >= 0) return 'IfNotPresent';
  const slash = image.lastIndexOf('/');
  const colon = image.indexOf(':', slash + 1);
  if (colon >= 0) return image.length === colon + 7 && image.endsWith('latest') && isRepository(image, colon) ? 'Always' : 'IfNotPresent';
  return isRepository(image, image.length) ? 'Always' : 'IfNotPresent';
}

const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const DOMAIN = /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const IDENTIFIER = /^[a-f0-9]{64}$/;

/** Repositories of more bytes do not parse; what names neither registry nor user is one of Docker Hub's library. */
const LONGEST = 255;
const HUB = 'library/';

/** Whether the path of a repository (without its registry, which Docker Hub's have only in full) is no longer than can be. */
function short(image: string, end: number): boolean {
  const repository = image.slice(0, end);
  const slash = repository.indexOf('/');
  if (slash < 0) return HUB.length + end <= LONGEST;
  const first = repository.slice(0, slash);
  return (isRegistry(first) ? end - slash - 1 : end) <= LONGEST;
}

function isRegistry(first: string): boolean {
  return first.includes('.') || first.includes(':') || first === 'localhost' || first.toLowerCase() !== first;
}

/** image[0..end) is a repository of the distribution reference grammar. */
function isRepository(image: string, end: number): boolean {
  if (end > LONGEST - HUB.length && !short(image, end)) return false;
  let simple = end > 0;
  for (let i = 0; i < end && simple; i++) {
    const c = image.charCodeAt(i);
    simple = (c >= 97 && c <= 122) || (c >= 48 && c <= 57);
  }
  if (simple) return end !== 64 || !IDENTIFIER.test(image.slice(0, end));
  const repository = image.slice(0, end);
  const parts = repository.split('/');
  const first = parts[0]!;
  // a first part is a registry when it could not be a path of Docker Hub
  if (parts.length > 1 && isRegistry(first)) {
    if (!DOMAIN.test(first)) return false;
    parts.shift();
  }
  return parts.every((p) => COMPONENT.test(p));
}
