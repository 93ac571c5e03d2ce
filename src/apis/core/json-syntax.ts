import { goQuote, jsonKind } from '../../api/patch/go-format';

/**
 * Why `text` is no JSON object, in the words of Go's encoding/json, or undefined when it is one. null counts as an object,
 * since it unmarshals into a map.
 */
export function jsonObjectProblem(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return syntaxProblem(text);
  }
  if (value === null || (typeof value === 'object' && !Array.isArray(value))) return undefined;
  return `json: cannot unmarshal ${jsonKind(value)} into Go value of type map[string]interface {}`;
}

function syntaxProblem(text: string): string {
  return new Scanner(text).problem();
}

const NUMBER_STATES: Record<string, string> = {
  sign: 'in numeric literal',
  dot: 'after decimal point in numeric literal',
  exponent: 'in exponent of numeric literal',
};

/** Finds the first character that Go's scanner would refuse. */
class Scanner {
  private at = 0;

  constructor(private readonly text: string) {}

  problem(): string {
    const e = this.value('looking for beginning of value') ?? this.end();
    return e ?? 'unexpected end of JSON input';
  }

  private space(): void {
    while (this.at < this.text.length && ' \t\r\n'.includes(this.text[this.at]!)) this.at++;
  }

  /** The complaint about the character here, or about the end of the text. */
  private bad(context: string): string {
    if (this.at >= this.text.length) return 'unexpected end of JSON input';
    const c = String.fromCodePoint(this.text.codePointAt(this.at)!);
    return `invalid character ${quote(c)} ${context}`;
  }

  private end(): string | undefined {
    this.space();
    return this.at < this.text.length ? this.bad('after top-level value') : undefined;
  }

  private value(context: string): string | undefined {
    this.space();
    const c = this.text[this.at];
    if (c === '{') return this.object();
    if (c === '[') return this.array();
    if (c === '"') return this.string();
    if (c !== undefined && (c === '-' || (c >= '0' && c <= '9'))) return this.number();
    for (const word of ['true', 'false', 'null']) if (c === word[0]) return this.word(word);
    return this.bad(context);
  }

  private word(word: string): string | undefined {
    for (let i = 0; i < word.length; i++, this.at++) {
      if (this.text[this.at] !== word[i]) return this.bad(`in literal ${word} (expecting ${quote(word[i]!)})`);
    }
    return undefined;
  }

  private object(): string | undefined {
    this.at++;
    this.space();
    if (this.text[this.at] === '}') return void this.at++;
    for (let first = true; ; first = false) {
      this.space();
      if (this.text[this.at] !== '"') return this.bad(first ? 'looking for beginning of object key string' : 'looking for beginning of object key string');
      const key = this.string();
      if (key) return key;
      this.space();
      if (this.text[this.at] !== ':') return this.bad('after object key');
      this.at++;
      const value = this.value('looking for beginning of value');
      if (value) return value;
      this.space();
      if (this.text[this.at] === '}') return void this.at++;
      if (this.text[this.at] !== ',') return this.bad('after object key:value pair');
      this.at++;
    }
  }

  private array(): string | undefined {
    this.at++;
    this.space();
    if (this.text[this.at] === ']') return void this.at++;
    for (;;) {
      const value = this.value('looking for beginning of value');
      if (value) return value;
      this.space();
      if (this.text[this.at] === ']') return void this.at++;
      if (this.text[this.at] !== ',') return this.bad('after array element');
      this.at++;
    }
  }

  private string(): string | undefined {
    for (this.at++; this.at < this.text.length; this.at++) {
      const c = this.text[this.at]!;
      if (c === '"') return void this.at++;
      if (c < ' ') return this.bad('in string literal');
      if (c !== '\\') continue;
      this.at++;
      if (this.text[this.at] === 'u') {
        for (let i = 0; i < 4; i++) {
          this.at++;
          if (!/[0-9a-fA-F]/.test(this.text[this.at] ?? '')) return this.bad('in \\u hexadecimal character escape');
        }
      } else if (!'bfnrt\\/"'.includes(this.text[this.at] ?? ' ')) return this.bad('in string escape code');
    }
    return 'unexpected end of JSON input';
  }

  private number(): string | undefined {
    const digits = (state: keyof typeof NUMBER_STATES): string | undefined => {
      if (!/[0-9]/.test(this.text[this.at] ?? '')) return this.bad(NUMBER_STATES[state]!);
      while (/[0-9]/.test(this.text[this.at] ?? '')) this.at++;
      return undefined;
    };
    if (this.text[this.at] === '-') this.at++;
    if (this.text[this.at] === '0') this.at++;
    else {
      const e = digits('sign');
      if (e) return e;
    }
    if (this.text[this.at] === '.') {
      this.at++;
      const e = digits('dot');
      if (e) return e;
    }
    if (this.text[this.at] === 'e' || this.text[this.at] === 'E') {
      this.at++;
      if (this.text[this.at] === '+' || this.text[this.at] === '-') this.at++;
      return digits('exponent');
    }
    return undefined;
  }
}

function quote(c: string): string {
  if (c === "'") return "'\\''";
  if (c === '"') return "'\"'";
  return `'${goQuote(c).slice(1, -1)}'`;
}
