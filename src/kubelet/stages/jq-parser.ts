/** A jq expression as a tree. */
export type Jq =
  | { op: 'self' }
  | { op: 'literal'; value: unknown }
  | { op: 'index'; of: Jq; key: Jq }
  | { op: 'iterate'; of: Jq }
  | { op: 'try'; of: Jq }
  | { op: 'pipe' | 'comma' | 'alternative' | 'and' | 'or'; a: Jq; b: Jq }
  | { op: 'binary'; sign: string; a: Jq; b: Jq }
  | { op: 'negate'; of: Jq }
  | { op: 'collect'; of: Jq | undefined }
  | { op: 'if'; branches: { condition: Jq; then: Jq }[]; otherwise: Jq | undefined }
  | { op: 'call'; name: string; args: Jq[] };

const TOKEN = /\s*(?:(\.[A-Za-z_]\w*)|("(?:[^"\\]|\\.)*")|(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(\/\/|==|!=|<=|>=|[.[\]()|,;:?<>+\-*/%]))/y;
const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);

/**
 * Parses the part of jq that selectors need: paths, iteration, pipes, comparisons, arithmetic, if, and calls of functions.
 * @throws Error when there is anything else, such as objects, variables, reduce or definitions
 */
export function parseJq(source: string): Jq {
  return new Parser(source).all();
}

class Parser {
  private readonly tokens: string[] = [];
  private at = 0;

  constructor(private readonly source: string) {
    TOKEN.lastIndex = 0;
    for (let end = 0; end < source.trimEnd().length; end = TOKEN.lastIndex) {
      TOKEN.lastIndex = end;
      const m = TOKEN.exec(source);
      if (!m) throw this.error(source.slice(end).trim());
      this.tokens.push(m[0].trim());
    }
  }

  all(): Jq {
    const e = this.pipe();
    if (this.at < this.tokens.length) throw this.error(this.tokens[this.at]!);
    return e;
  }

  private pipe(): Jq {
    let a = this.comma();
    while (this.take('|')) a = { op: 'pipe', a, b: this.comma() };
    return a;
  }

  private comma(): Jq {
    let a = this.alternative();
    while (this.take(',')) a = { op: 'comma', a, b: this.alternative() };
    return a;
  }

  private alternative(): Jq {
    const a = this.or();
    return this.take('//') ? { op: 'alternative', a, b: this.alternative() } : a;
  }

  private or(): Jq {
    let a = this.and();
    while (this.take('or')) a = { op: 'or', a, b: this.and() };
    return a;
  }

  private and(): Jq {
    let a = this.comparison();
    while (this.take('and')) a = { op: 'and', a, b: this.comparison() };
    return a;
  }

  private comparison(): Jq {
    const a = this.sum();
    return COMPARISONS.has(this.next ?? '') ? { op: 'binary', sign: this.shift(), a, b: this.sum() } : a;
  }

  private sum(): Jq {
    let a = this.product();
    while (this.next === '+' || this.next === '-') a = { op: 'binary', sign: this.shift(), a, b: this.product() };
    return a;
  }

  private product(): Jq {
    let a = this.postfix();
    while (this.next === '*' || this.next === '/' || this.next === '%') a = { op: 'binary', sign: this.shift(), a, b: this.postfix() };
    return a;
  }

  private postfix(): Jq {
    let e = this.primary();
    for (;;) {
      const t = this.next;
      if (t === '?') {
        this.at++;
        e = { op: 'try', of: e };
      } else if (t === '[') e = this.brackets(e);
      else if (t === '.' && this.tokens[this.at + 1] === '[') {
        this.at++;
        e = this.brackets(e);
      } else if (t?.startsWith('.') && t !== '.') e = { op: 'index', of: e, key: literal(this.shift().slice(1)) };
      else return e;
    }
  }

  private brackets(of: Jq): Jq {
    this.expect('[');
    if (this.take(']')) return { op: 'iterate', of };
    const key = this.pipe();
    this.expect(']');
    return { op: 'index', of, key };
  }

  private primary(): Jq {
    const t = this.shift();
    if (t === '.') return this.next?.startsWith('"') ? { op: 'index', of: { op: 'self' }, key: literal(JSON.parse(this.shift())) } : { op: 'self' };
    if (t.startsWith('.')) return { op: 'index', of: { op: 'self' }, key: literal(t.slice(1)) };
    if (t.startsWith('"')) return literal(JSON.parse(t));
    if (/^\d/.test(t)) return literal(Number(t));
    if (t === '-') return { op: 'negate', of: this.postfix() };
    if (t === '(') {
      const e = this.pipe();
      this.expect(')');
      return e;
    }
    if (t === '[') {
      if (this.take(']')) return { op: 'collect', of: undefined };
      const of = this.pipe();
      this.expect(']');
      return { op: 'collect', of };
    }
    if (t === 'if') return this.conditional();
    if (t === 'true' || t === 'false') return literal(t === 'true');
    if (t === 'null') return literal(null);
    if (/^[A-Za-z_]/.test(t)) return this.call(t);
    throw this.error(t);
  }

  private call(name: string): Jq {
    const args: Jq[] = [];
    if (this.take('(')) {
      do args.push(this.pipe());
      while (this.take(';'));
      this.expect(')');
    }
    return { op: 'call', name, args };
  }

  private conditional(): Jq {
    const branches: { condition: Jq; then: Jq }[] = [];
    do {
      const condition = this.pipe();
      this.expect('then');
      branches.push({ condition, then: this.pipe() });
    } while (this.take('elif'));
    const otherwise = this.take('else') ? this.pipe() : undefined;
    this.expect('end');
    return { op: 'if', branches, otherwise };
  }

  private get next(): string | undefined {
    return this.tokens[this.at];
  }

  private shift(): string {
    const t = this.tokens[this.at++];
    if (t === undefined) throw this.error('the end');
    return t;
  }

  private take(t: string): boolean {
    if (this.next !== t) return false;
    this.at++;
    return true;
  }

  private expect(t: string): void {
    if (!this.take(t)) throw this.error(this.next ?? 'the end');
  }

  private error(where: string): Error {
    return new Error(`jq expression ${JSON.stringify(this.source)}: ${JSON.stringify(where)} is not understood`);
  }
}

function literal(value: unknown): Jq {
  return { op: 'literal', value };
}
