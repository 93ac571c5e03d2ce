import { looksTyped } from './scalar';

const WIDTH = 80;

/**
 * YAML text of a JSON value as sigs.k8s.io/yaml writes it: keys sorted, two spaces, lists not indented under their key,
 * quotes only where YAML 1.1 needs them, long lines folded at 80 columns. Ends with a newline.
 */
export function formatYaml(value: unknown): string {
  const out = new Emitter();
  out.node(value, 0, 'root');
  return out.text;
}

type Place = 'root' | 'key' | 'item';

class Emitter {
  text = '';
  private column = 0;

  private add(s: string): void {
    this.text += s;
    // Looking for the line's beginning in the whole text would take ever longer.
    const end = s.lastIndexOf('\n');
    this.column = end < 0 ? this.column + s.length : s.length - end - 1;
  }

  node(value: unknown, indent: number, place: Place): void {
    if (Array.isArray(value)) this.list(value, indent, place);
    else if (typeof value === 'object' && value !== null) this.map(value as Record<string, unknown>, indent, place);
    else {
      if (place !== 'root') this.add(' ');
      // Folded and literal lines stand deeper than the key or dash they belong to.
      this.add(this.scalar(value, indent + 2) + '\n');
    }
  }

  private map(o: Record<string, unknown>, indent: number, place: Place): void {
    const keys = Object.keys(o).filter((k) => o[k] !== undefined);
    if (keys.length === 0) {
      this.add(place === 'root' ? '{}\n' : ' {}\n');
      return;
    }
    if (place === 'key') this.add('\n');
    const inner = place === 'root' ? indent : indent + 2;
    let first = place === 'item';
    for (const k of keys.sort(byYamlOrder)) {
      this.add(first ? ' ' : ' '.repeat(inner));
      first = false;
      this.add(keyText(k) + ':');
      this.node(o[k], inner, 'key');
    }
  }

  private list(items: readonly unknown[], indent: number, place: Place): void {
    if (items.length === 0) {
      this.add(place === 'root' ? '[]\n' : ' []\n');
      return;
    }
    if (place === 'key') this.add('\n');
    // Under a key the dashes stand where the key does; in a list they stand one step deeper.
    const inner = place === 'item' ? indent + 2 : indent;
    let first = place === 'item';
    for (const item of items) {
      this.add((first ? ' ' : ' '.repeat(inner)) + '-');
      first = false;
      this.node(item, inner, 'item');
    }
  }

  private scalar(value: unknown, indent: number): string {
    if (typeof value === 'string') return this.string(value, indent);
    if (typeof value === 'number') return formatNumber(value);
    return value === null || value === undefined ? 'null' : String(value);
  }

  private string(s: string, indent: number): string {
    const shape = analyze(s);
    if (s.includes('\n')) return shape.block ? literal(s, indent) : doubleQuoted(s, indent, this.column);
    if (looksTyped(s)) return doubleQuoted(s, indent, this.column);
    if (shape.plain) return fold(s, indent, this.column);
    return shape.single ? `'${fold(s.replaceAll("'", "''"), indent, this.column + 1, true)}'` : doubleQuoted(s, indent, this.column);
  }
}

function keyText(key: string): string {
  const shape = analyze(key);
  if (key.includes('\n') || looksTyped(key)) return doubleQuoted(key, 0, -Infinity);
  return shape.plain ? key : shape.single ? `'${key.replaceAll("'", "''")}'` : doubleQuoted(key, 0, -Infinity);
}

/** Which styles may carry a text: the conditions of libyaml's analysis of scalars in block context. */
function analyze(s: string): { plain: boolean; single: boolean; block: boolean } {
  if (s === '') return { plain: true, single: true, block: false };
  // eslint-disable-next-line no-control-regex -- what YAML does not print as it is
  const special = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\ufeff\ufffe\uffff]|[\u{10000}-\u{10ffff}]/u.test(s);
  const spaceBreak = / [\n\u0085\u2028\u2029]/.test(s);
  const breakSpace = /[\n\u0085\u2028\u2029] /.test(s);
  const breaks = /[\n\u0085\u2028\u2029]/.test(s);
  const edges = /^[ \n\u0085\u2028\u2029]|[ \n\u0085\u2028\u2029]$/.test(s);
  const indicators = /^(?:---|\.\.\.)|^[#,[\]{}&*!|>'"%@`]|^[?:-](?=[\s]|$)|:(?=[ \t\n\r]|$)|[ \t\n]#/.test(s);
  const bad = spaceBreak || special;
  return {
    plain: !(edges || breakSpace || bad || breaks || indicators),
    single: !(breakSpace || bad),
    block: !(bad || s.endsWith(' ')),
  };
}

/** Breaks at spaces once a line has passed the width; `inner`: not at the first and last character (quoted styles). */
function fold(s: string, indent: number, column: number, inner = false): string {
  if (column + s.length <= WIDTH) return s;
  let out = '';
  let spaces = false;
  for (let i = 0; i < s.length; i++) {
    const c = s[i]!;
    if (c === ' ' && !spaces && column > WIDTH && s[i + 1] !== ' ' && (!inner || (i > 0 && i < s.length - 1))) {
      out += '\n' + ' '.repeat(indent);
      column = indent;
    } else {
      out += c;
      column++;
    }
    spaces = c === ' ';
  }
  return out;
}

function literal(s: string, indent: number): string {
  const hint = (/^[ \n]/.test(s) ? '2' : '') + (!s.endsWith('\n') ? '-' : s === '\n' || s.endsWith('\n\n') ? '+' : '');
  const pad = ' '.repeat(indent);
  const lines = (s.endsWith('\n') ? s.slice(0, -1) : s).split('\n').map((l) => (l === '' ? '' : pad + l));
  return `|${hint}\n${lines.join('\n')}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0', '\u0007': '\\a', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\v': '\\v', '\f': '\\f', '\r': '\\r', '\u001b': '\\e',
  '"': '\\"', '\\': '\\\\', '\u0085': '\\N', '\u2028': '\\L', '\u2029': '\\P',
};

function doubleQuoted(s: string, indent: number, column: number): string {
  let out = '"';
  let spaces = false;
  let at = column + 1;
  const chars = Array.from(s);
  for (const [i, c] of chars.entries()) {
    const escaped = escape(c);
    if (c === ' ' && !spaces && at > WIDTH && i > 0 && i < chars.length - 1) {
      out += '\n' + ' '.repeat(indent) + (chars[i + 1] === ' ' ? '\\' : '');
      at = indent;
    } else {
      out += escaped;
      at += escaped.length;
    }
    spaces = c === ' ';
  }
  return out + '"';
}

function escape(c: string): string {
  const known = ESCAPES[c];
  if (known) return known;
  const v = c.codePointAt(0)!;
  if ((v >= 0x20 && v < 0x7f) || (v >= 0xa0 && v <= 0xd7ff) || (v >= 0xe000 && v <= 0xfffd && v !== 0xfeff)) return c;
  const hex = v.toString(16).toUpperCase();
  return v <= 0xff ? `\\x${hex.padStart(2, '0')}` : v <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** Floats as Go's %g shows them; whole numbers plainly. */
function formatNumber(n: number): string {
  if (Number.isInteger(n) && Math.abs(n) < 1e21) return String(n);
  return String(n).replace(/e([+-])(\d)$/, 'e$10$2');
}

/** go-yaml v2's order of keys: other characters before letters, runs of digits by their value. */
function byYamlOrder(a: string, b: string): number {
  const ar = Array.from(a);
  const br = Array.from(b);
  for (let i = 0; i < ar.length && i < br.length; i++) {
    const x = ar[i]!;
    const y = br[i]!;
    if (x === y) continue;
    const xLetter = isLetter(x);
    const yLetter = isLetter(y);
    if (xLetter !== yLetter) return yLetter ? -1 : 1;
    if (!xLetter) {
      // A zero inside a number counts, one in front of it does not.
      const lead = (x === '0' || y === '0') && insideNumber(ar, i) ? 1 : 0;
      const [xn, xEnd] = digitsAt(ar, i, lead);
      const [yn, yEnd] = digitsAt(br, i, lead);
      if (xn !== yn) return xn - yn;
      if (xEnd !== yEnd) return xEnd - yEnd;
    }
    return x < y ? -1 : 1;
  }
  return ar.length - br.length;
}

function insideNumber(chars: readonly string[], i: number): boolean {
  for (let j = i - 1; j >= 0 && isDigit(chars[j]!); j--) if (chars[j] !== '0') return true;
  return false;
}

function digitsAt(chars: readonly string[], i: number, n: number): [value: number, end: number] {
  let end = i;
  for (; end < chars.length && isDigit(chars[end]!); end++) n = n * 10 + Number(chars[end]);
  return [n, end];
}

function isDigit(c: string): boolean {
  return c >= '0' && c <= '9';
}

function isLetter(c: string): boolean {
  return /\p{L}/u.test(c);
}
