import type { Cached } from '../../storage/watch-cache/watch-cache';
import { partsOf, type Parts } from '../../util/parts';
import type { Scratch } from '../../util/scratch';

const COMMA = 0x2c;
const OPEN = 0x7b;
/** What follows the last item of a list. */
export const LIST_END: Uint8Array = Buffer.from(']}\n');

/** The JSON of a list, made of its items' own bytes without parsing any; ends in a newline. */
export class JsonList {
  private readonly head: Buffer;
  /** Size of the whole in bytes. */
  readonly length: number;

  /** `head`: everything up to the first item; `cut`: how many bytes at an item's beginning built-in lists go without: its brace, kind and version. */
  constructor(
    head: string,
    private readonly items: readonly Cached[],
    private readonly cut: number,
  ) {
    this.head = Buffer.from(head);
    this.length = this.head.length + sizeOf(items, cut) + LIST_END.length;
  }

  whole(): Buffer {
    const out = Buffer.allocUnsafe(this.length);
    let at = this.head.copy(out);
    for (let i = 0; i < this.items.length; i++) at = this.copy(i, out, at);
    out.set(LIST_END, at);
    return out;
  }

  /** The same in parts, most of them in scratch buffers, which whoever takes the parts gives back. */
  pieces(scratch: Scratch): Generator<Uint8Array, void> {
    const { items, cut } = this;
    const write = (i: number, to: Parts): void => {
      if (i > 0) to.byte(COMMA);
      if (cut > 0) to.byte(OPEN);
      to.bytes(items[i]!.bytes, cut);
    };
    return partsOf(scratch, this.head, items.length, write, LIST_END);
  }

  /** Copies an item with the comma before it to `at`. @returns where it ends */
  private copy(i: number, out: Buffer, at: number): number {
    if (i > 0) out[at++] = COMMA;
    if (this.cut > 0) out[at++] = OPEN;
    const bytes = this.items[i]!.bytes as Buffer;
    if (bytes.copy) return at + bytes.copy(out, at, this.cut);
    out.set(bytes.subarray(this.cut), at);
    return at + bytes.length - this.cut;
  }
}

/** Bytes of items with what stands between them. */
export function sizeOf(items: readonly Cached[], cut: number): number {
  let size = 0;
  for (let i = 0; i < items.length; i++) size += items[i]!.bytes.length - cut;
  return size + (cut > 0 ? items.length : 0) + Math.max(0, items.length - 1);
}
