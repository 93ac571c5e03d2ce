import { LruMap } from '../../util/lru-map';
import { fullImageName, imageIdOf } from './image-names';

/** v1.ContainerImage. */
export interface NodeImage {
  names?: string[];
  sizeBytes?: number;
}

/** Names that stand for images which cannot be had: reserved host names (RFC 2606), and what people write when they mean that. */
const IMPOSSIBLE = /(^|\.)invalid(:\d+)?\/|does-?not-?exist|non-?existent|no-such-image/i;

export type ImageFailure = 'InvalidImageName' | 'ErrImagePull' | 'ErrImageNeverPull';

export type ImageAnswer =
  | { ok: true; imageID: string; /** Milliseconds the pull takes; undefined: it was there already. */ pull: number | undefined }
  | { ok: false; reason: ImageFailure; message: string };

/** How an image is wanted. */
export interface ImageWish {
  /** imagePullPolicy. */
  policy: string | undefined;
  /** Images that the node is said to have, beside what was pulled: those loaded by hand. */
  listed(): readonly string[];
  /** Milliseconds that a pull takes instead of the usual time. */
  takes?: number | undefined;
  /** A pull fails with these words. */
  error?: string | undefined;
}

/** The images of the simulated nodes. Nothing is really pulled: every image whose name is possible can be had, after `latency` milliseconds. */
export class ImageStore {
  private readonly present = new Map<string, Set<string>>();
  private readonly known = new LruMap<string, { name: string; imageID: string } | { error: string }>(1000);

  constructor(private readonly latency: number) {}

  /** Sees to it that a node has an image; one whose pull takes time is to be added when that is over. */
  ensure(nodeName: string, image: string, w: ImageWish): ImageAnswer {
    const known = this.resolve(image);
    if ('error' in known) return { ok: false, reason: 'InvalidImageName', message: known.error };
    const { name, imageID } = known;
    const images = this.present.get(nodeName);
    const has = images?.has(name) || w.listed().some((n) => n === name || n === image || n === imageID);
    const { policy } = w;
    if (has && policy !== 'Always') return { ok: true, imageID, pull: undefined };
    if (policy === 'Never') return { ok: false, reason: 'ErrImageNeverPull', message: `Container image ${JSON.stringify(image)} is not present with pull policy of Never` };
    const error = w.error ?? (IMPOSSIBLE.test(name) ? `${name}: not found` : undefined);
    if (error !== undefined) {
      return { ok: false, reason: 'ErrImagePull', message: `failed to pull and unpack image ${JSON.stringify(name)}: failed to resolve reference ${JSON.stringify(name)}: ${error}` };
    }
    const pull = w.takes ?? (has ? 0 : this.latency);
    if (pull === 0) this.add(nodeName, image);
    return { ok: true, imageID, pull };
  }

  /** The node has this image: a container of it runs there. */
  add(nodeName: string, image: string): void {
    const known = this.resolve(image);
    if ('error' in known) return;
    let images = this.present.get(nodeName);
    if (!images) this.present.set(nodeName, (images = new Set()));
    images.add(known.name);
  }

  /** The name a runtime reports for an image. */
  nameOf(image: string): string {
    const known = this.resolve(image);
    return 'error' in known ? image : known.name;
  }

  /** The images that were pulled to a node, as its status lists them. */
  listOf(nodeName: string): NodeImage[] {
    return [...(this.present.get(nodeName) ?? [])].map((name) => {
      const id = imageIdOf(name);
      return { names: [id, ...(name === id ? [] : [name])], sizeBytes: imageSize(id) };
    });
  }

  forgetNode(nodeName: string): void {
    this.present.delete(nodeName);
  }

  private resolve(image: string): { name: string; imageID: string } | { error: string } {
    let known = this.known.get(image);
    if (known) return known;
    try {
      const name = fullImageName(image);
      known = { name, imageID: imageIdOf(name) };
    } catch (e) {
      const quoted = JSON.stringify(image);
      known = { error: `Failed to apply default image tag ${quoted}: couldn't parse image name ${quoted}: ${(e as Error).message}` };
    }
    this.known.set(image, known);
    return known;
  }
}

/** A made-up but steady size of an image in bytes. */
export function imageSize(imageID: string): number {
  return 5_000_000 + (parseInt(imageID.slice(-7), 16) % 200_000_000);
}
