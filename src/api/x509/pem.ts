/** A block of PEM text. */
export interface PemBlock {
  type: string;
  headers: Readonly<Record<string, string>>;
  bytes: Buffer;
}

const BLOCK = /-----BEGIN ([^\n-]*)-----\r?\n([\s\S]*?)-----END \1-----/g;
const HEADER = /^([^:\n]+):\s*(.*)$/;

/** Every block in `text`, whatever stands between them, as pem.Decode finds them one after the other. */
export function decodePem(text: string): PemBlock[] {
  return [...text.matchAll(BLOCK)].flatMap(([, type, body]) => {
    const headers: Record<string, string> = {};
    const lines = body!.split(/\r?\n/);
    while (lines.length) {
      const header = HEADER.exec(lines[0]!);
      if (header) headers[header[1]!.trim()] = header[2]!.trim();
      else if (lines[0] !== '') break;
      lines.shift();
    }
    const base64 = lines.join('').replace(/\s/g, '');
    return /^[A-Za-z0-9+/]*={0,2}$/.test(base64) ? [{ type: type!, headers, bytes: Buffer.from(base64, 'base64') }] : [];
  });
}
