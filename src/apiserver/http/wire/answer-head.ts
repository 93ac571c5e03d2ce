import { reasonPhrase } from '../reason-phrase';

const LINES = new Map<number, string>();

/**
 * The status line and headers of an answer, as latin-1 text with the empty line at their end. `head`: names and values in turn.
 * @throws Error when a value has a control character: it would end the header it stands in
 */
export function answerHead(code: number, head: readonly string[], date: string, chunked: boolean): string {
  let line = LINES.get(code);
  if (line === undefined) LINES.set(code, (line = `HTTP/1.1 ${code} ${reasonPhrase(code)}\r\n`));
  let text = line;
  for (let i = 0; i + 1 < head.length; i += 2) {
    const value = head[i + 1]!;
    if (!isSafe(value)) throw new Error(`the value of the header ${head[i]} cannot be sent: it has a control character or one beyond latin-1`);
    text += `${head[i]}: ${value}\r\n`;
  }
  return text + (chunked ? `Date: ${date}\r\nTransfer-Encoding: chunked\r\n\r\n` : `Date: ${date}\r\n\r\n`);
}

function isSafe(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if ((c < 32 && c !== 9) || c === 127 || c > 255) return false;
  }
  return true;
}
