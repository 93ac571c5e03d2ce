const TOTAL_RUNES = 4096;
const ITEM_RUNES = 256;

/**
 * The Warning headers of one answer: every text once, in order; when all together pass 4,096 characters each is cut to 256
 * (WithWarningRecorder upstream). Texts with control characters are left out.
 */
export class Warnings {
  private readonly texts: string[] = [];
  private headers: string[] = [];
  private runes = 0;
  private truncating = false;

  add(text: string): void {
    if (text === '' || (this.truncating && this.runes >= TOTAL_RUNES) || this.texts.includes(text)) return;
    this.texts.push(text);
    const shown = this.truncating ? cut(text) : text;
    const length = countRunes(shown);
    if (this.truncating || this.runes + length <= TOTAL_RUNES) {
      this.write(shown, length);
      return;
    }
    this.truncating = true;
    this.headers = [];
    this.runes = 0;
    for (const t of this.texts) {
      const short = cut(t);
      this.write(short, countRunes(short));
    }
  }

  /** Values for Warning headers, one each. */
  values(): readonly string[] {
    return this.headers;
  }

  private write(text: string, length: number): void {
    // eslint-disable-next-line no-control-regex -- control characters are what must not be sent
    if (/[\u0000-\u001f\u007f-\u009f]/.test(text)) return;
    this.runes += length;
    this.headers.push(headerSafe(`299 - "${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`));
  }
}

/** Header values leave Node as latin-1: what lies beyond goes out as the bytes of its UTF-8 form, as Go sends it. */
function headerSafe(value: string): string {
  // eslint-disable-next-line no-control-regex -- everything within ASCII is sent as it is
  return /^[\u0000-\u007f]*$/.test(value) ? value : Buffer.from(value, 'utf8').toString('latin1');
}

function countRunes(s: string): number {
  let n = 0;
  for (const _ of s) n++;
  return n;
}

function cut(s: string): string {
  return s.length <= ITEM_RUNES ? s : Array.from(s).slice(0, ITEM_RUNES).join('');
}
