import type { KubeObject } from '../../api/meta/object';
import type { ImageState, NodeInfo } from './node-info';

/** Which images the nodes say they have, so that a pod can be drawn to nodes that need not pull. */
export class NodeImages {
  private readonly states = new Map<string, ImageState>();

  /** An image that some node has. */
  get(name: string): ImageState | undefined {
    return this.states.get(name);
  }

  /** Takes over the list of a node's status. */
  set(info: NodeInfo, node: KubeObject): void {
    const images = node['status']?.images as { names?: string[]; sizeBytes?: number }[] | undefined;
    if (!images?.length && info.images.size === 0) return;
    this.remove(info);
    for (const image of images ?? []) {
      for (const name of image.names ?? []) {
        let s = this.states.get(name);
        if (!s) this.states.set(name, (s = { size: 0, nodes: 0 }));
        s.size = image.sizeBytes ?? 0;
        if (!info.images.has(name)) s.nodes++;
        info.images.set(name, s);
      }
    }
  }

  remove(info: NodeInfo): void {
    for (const [name, s] of info.images) if (--s.nodes === 0) this.states.delete(name);
    info.images.clear();
  }
}

/** An image name with its tag, `latest` when none is given. */
export function withTag(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}
