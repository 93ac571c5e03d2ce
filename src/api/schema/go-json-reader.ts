import { goQuote } from '../patch/go-format';
import { MAX_JSON_DEPTH } from './nesting';
import { setKey } from '../meta/set-key';

const SPACE = new Set([' ', '\t', '\r', '\n']);
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Go keeps no more strict complaints than this. */
const MAX_PROBLEMS = 100;
const INSIDE_TOKEN = /^in (string escape|\\u|numeric|exponent|literal)|^after decimal/;

/** A slow JSON reader for the cases where it matters how Go would have read the text: refusals and duplicate fields. */
export class GoJsonReader {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly problems: string[],
  ) {}

  /** The value. @throws SyntaxError; RangeError beyond MAX_JSON_DEPTH levels */
  read(): unknown {
    const v = this.value('');
    this.space();
    if (this.at < this.text.length) throw this.unexpected('after top-level value');
    return v;
  }

  private value(path: string): unknown {
    this.space();
    const c = this.text[this.at];
    if (c === '{' || c === '[') {
      if (this.depth++ === MAX_JSON_DEPTH) throw new RangeError('too deep');
      const v = c === '{' ? this.object(path) : this.array(path);
      this.depth--;
      return v;
    }
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
      const again = Object.hasOwn(out, key);
      if (again) this.duplicate(here);
      const v = this.value(here);
      setKey(out, key, again ? merged(out[key], v) : v);
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

  private duplicate(path: string): void {
    const problem = `duplicate field ${goQuote(path)}`;
    if (this.problems.length < MAX_PROBLEMS && !this.problems.includes(problem)) this.problems.push(problem);
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
      if (c === undefined || c < ' ') throw c === undefined ? this.end() : this.unexpected('in string literal');
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
    const code = this.text.codePointAt(this.at);
    if (code !== undefined) return new SyntaxError(`invalid character ${quoted(code)} ${where}`);
    // Go ends a text by reading one space more, which some places take amiss.
    return INSIDE_TOKEN.test(where) ? new SyntaxError(`invalid character ' ' ${where}`) : this.end();
  }

  private end(): SyntaxError {
    return new SyntaxError('unexpected end of JSON input');
  }
}

function merged(a: unknown, b: unknown): unknown {
  if (!isObject(a) || !isObject(b)) return b;
  for (const [k, v] of Object.entries(b)) setKey(a, k, Object.hasOwn(a, k) ? merged(a[k], v) : v);
  return a;
}

function isObject(v: unknown): v is Record<string, unknown> {
  return typeof v === 'object' && v !== null && !Array.isArray(v);
}

/** A byte between single quotes. Go shows it as if it were a character. */
function quoted(code: number): string {
  if (code === 0x27) return "'\\''";
  if (code === 0x22) return `'"'`;
  return `'${goQuote(String.fromCharCode(code)).slice(1, -1)}'`;
}
