const SPACE = new Set([' ', '\t', '\r', '\n']);
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** A slow JSON reader for the cases where it matters how Go would have read the text: refusals and duplicate fields. */
export class GoJsonReader {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly problems: string[],
  ) {}

  /** The value. @throws SyntaxError */
  read(): unknown {
    const v = this.value('');
    this.space();
    if (this.at < this.text.length) throw this.unexpected('after top-level value');
    return v;
  }

  private value(path: string): unknown {
    this.space();
    const c = this.text[this.at];
    if (c === '{') return this.object(path);
    if (c === '[') return this.array(path);
    if (c === '"') return this.string();
    if (c === '-' || (c !== undefined && c >= '0' && c <= '9')) return this.number();
    if (c === 't') return this.literal('true', true);
    if (c === 'f') return this.literal('false', false);
    if (c === 'n') return this.literal('null', null);
    throw this.unexpected('looking for beginning of value');
  }

  private object(path: string): unknown {
    const out: Record<string, unknown> = {};
    this.at++;
    this.space();
    if (this.text[this.at] === '}') {
      this.at++;
      return out;
    }
    for (;;) {
      this.space();
      if (this.text[this.at] !== '"') throw this.unexpected('looking for beginning of object key string');
      const key = this.string();
      this.space();
      if (this.text[this.at] !== ':') throw this.unexpected('after object key');
      this.at++;
      const here = path ? `${path}.${key}` : key;
      const v = this.value(here);
      if (Object.hasOwn(out, key)) {
        this.problems.push(`duplicate field ${JSON.stringify(here)}`);
        set(out, key, merged(out[key], v));
      } else {
        set(out, key, v);
      }
      this.space();
      const c = this.text[this.at];
      if (c === '}') {
        this.at++;
        return out;
      }
      if (c !== ',') throw this.unexpected('after object key:value pair');
      this.at++;
    }
  }

  private array(path: string): unknown[] {
    const out: unknown[] = [];
    this.at++;
    this.space();
    if (this.text[this.at] === ']') {
      this.at++;
      return out;
    }
    for (;;) {
      out.push(this.value(`${path}[${out.length}]`));
      this.space();
      const c = this.text[this.at];
      if (c === ']') {
        this.at++;
        return out;
      }
      if (c !== ',') throw this.unexpected('after array element');
      this.at++;
    }
  }

  private string(): string {
    let out = '';
    for (this.at++; ; this.at++) {
      const c = this.text[this.at];
      if (c === undefined || c < ' ') throw this.unexpected('in string literal');
      if (c === '"') {
        this.at++;
        return out;
      }
      out += c === '\\' ? this.escape() : c;
    }
  }

  private escape(): string {
    const c = this.text[++this.at];
    if (c !== undefined && c in ESCAPES) return ESCAPES[c]!;
    if (c !== 'u') throw this.unexpected('in string escape code');
    for (let i = 1; i <= 4; i++) {
      if (!/^[0-9a-fA-F]$/.test(this.text[this.at + i] ?? '')) {
        this.at += i;
        throw this.unexpected('in \\u hexadecimal character escape');
      }
    }
    this.at += 4;
    return String.fromCharCode(parseInt(this.text.slice(this.at - 3, this.at + 1), 16));
  }

  private number(): number {
    const from = this.at;
    if (this.text[this.at] === '-') this.at++;
    if (this.text[this.at] === '0') this.at++;
    else this.digits('in numeric literal');
    if (this.text[this.at] === '.') {
      this.at++;
      this.digits('after decimal point in numeric literal');
    }
    if (this.text[this.at] === 'e' || this.text[this.at] === 'E') {
      this.at++;
      if (this.text[this.at] === '+' || this.text[this.at] === '-') this.at++;
      this.digits('in exponent of numeric literal');
    }
    return Number(this.text.slice(from, this.at));
  }

  private digits(where: string): void {
    const from = this.at;
    while (this.text[this.at]! >= '0' && this.text[this.at]! <= '9') this.at++;
    if (this.at === from) throw this.unexpected(where);
  }

  private literal<T>(word: string, value: T): T {
    for (let i = 0; i < word.length; i++, this.at++) {
      if (this.text[this.at] !== word[i]) throw this.unexpected(`in literal ${word} (expecting '${word[i]}')`);
    }
    return value;
  }

  private space(): void {
    while (SPACE.has(this.text[this.at]!)) this.at++;
  }

  private unexpected(where: string): SyntaxError {
    const c = this.text[this.at];
    if (c === undefined) return new SyntaxError('unexpected end of JSON input');
    return new SyntaxError(`invalid character ${quoted(c)} ${where}`);
  }
}

/** Keys such as __proto__ are data like any other. */
function set(o: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(o, key, { value, enumerable: true, configurable: true, writable: true });
  else o[key] = value;
}

function merged(a: unknown, b: unknown): unknown {
  if (!isObject(a) || !isObject(b)) return b;
  for (const [k, v] of Object.entries(b)) set(a, k, Object.hasOwn(a, k) ? merged(a[k], v) : v);
  return a;
}

function isObject(v: unknown): v is Record<string, unknown> {
  return typeof v === 'object' && v !== null && !Array.isArray(v);
}

/** A character between single quotes as strconv.Quote shows it. */
function quoted(c: string): string {
  if (c === "'") return "'\\''";
  if (c === '"') return `'"'`;
  const code = c.charCodeAt(0);
  if (c === '\\') return "'\\\\'";
  if (code >= 0x20 && code < 0x7f) return `'${c}'`;
  const short: Readonly<Record<number, string>> = { 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r' };
  if (short[code]) return `'${short[code]}'`;
  if (code < 0x20 || code === 0x7f) return `'\\x${code.toString(16).padStart(2, '0')}'`;
  if (code < 0xa0) return `'\\u${code.toString(16).padStart(4, '0')}'`;
  return `'${c}'`;
}
