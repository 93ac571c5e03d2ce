/** A piece of a Go template. */
export type Part =
  | { kind: 'text'; text: string }
  | { kind: 'print'; pipe: Pipe }
  | { kind: 'if' | 'with'; pipe: Pipe; body: Part[]; otherwise: Part[] }
  | { kind: 'range'; pipe: Pipe; body: Part[]; otherwise: Part[] }
  | { kind: 'break' | 'continue' };

/** A pipeline: the result of each command becomes the last argument of the next. `assign`: variables that take the result. */
export interface Pipe {
  assign?: { names: string[]; declare: boolean };
  commands: Expr[][];
}

export type Expr =
  | { kind: 'value'; value: unknown }
  | { kind: 'dot' }
  | { kind: 'variable'; name: string }
  | { kind: 'function'; name: string }
  | { kind: 'nested'; pipe: Pipe }
  | { kind: 'fields'; of: Expr; names: string[] };

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.)'|\$\w*|\.[A-Za-z_]\w*|\.|-?\d+(?:\.\d+)?|[A-Za-z_]\w*|:=|=|[|(),])/y;

/** An action of a template with the tokens in it; `block` names it when it is one of if, else, with, range, end … */
interface Action {
  tokens: string[];
  /** Whether a token follows white space: `.a .b` are two arguments, `.a.b` is one. */
  spaced: boolean[];
}

/**
 * Parses the text/template language of Go, but for define, template and block.
 * @throws Error that names what is not understood
 */
export function parseTemplate(source: string): Part[] {
  return new Parser(source).all();
}

class Parser {
  private readonly pieces: (string | Action)[] = [];
  private at = 0;

  constructor(source: string) {
    let trim = false;
    for (let from = 0; ; ) {
      const open = source.indexOf('{{', from);
      let text = source.slice(from, open < 0 ? undefined : open);
      if (trim) text = text.trimStart();
      if (open < 0) {
        this.pieces.push(text);
        return;
      }
      const close = source.indexOf('}}', open);
      if (close < 0) throw new Error(`template: an action is not closed: ${source.slice(open, open + 40)}`);
      let inner = source.slice(open + 2, close);
      if (/^-\s/.test(inner)) {
        text = text.trimEnd();
        inner = inner.slice(1);
      }
      trim = /\s-$/.test(inner);
      if (trim) inner = inner.slice(0, -1);
      this.pieces.push(text);
      if (!/^\s*\/\*/.test(inner)) this.pieces.push(tokenize(inner));
      from = close + 2;
    }
  }

  all(): Part[] {
    const { parts, end } = this.list([]);
    if (end) throw new Error(`template: unexpected {{${end.tokens.join(' ')}}}`);
    return parts;
  }

  /** Parts up to an action that begins with one of these words; that action too. */
  private list(until: readonly string[]): { parts: Part[]; end: Action | undefined } {
    const parts: Part[] = [];
    while (this.at < this.pieces.length) {
      const piece = this.pieces[this.at++]!;
      if (typeof piece === 'string') {
        if (piece) parts.push({ kind: 'text', text: piece });
        continue;
      }
      const word = piece.tokens[0]!;
      if (until.includes(word)) return { parts, end: piece };
      if (word === 'if' || word === 'with' || word === 'range') parts.push(this.block(word, drop(piece, 1)));
      else if (word === 'break' || word === 'continue') parts.push({ kind: word });
      else if (['end', 'else', 'define', 'template', 'block'].includes(word)) throw new Error(`template: unexpected {{${piece.tokens.join(' ')}}}`);
      else parts.push({ kind: 'print', pipe: pipeOf(piece) });
    }
    if (until.length) throw new Error('template: an {{end}} is missing');
    return { parts, end: undefined };
  }

  private block(kind: 'if' | 'with' | 'range', head: Action): Part {
    const pipe = pipeOf(head);
    const { parts: body, end } = this.list(['else', 'end']);
    if (end!.tokens[0] === 'end') return { kind, pipe, body, otherwise: [] };
    const again = end!.tokens[1];
    if (again === 'if' || again === 'with') return { kind, pipe, body, otherwise: [this.block(again, drop(end!, 2))] };
    return { kind, pipe, body, otherwise: this.list(['end']).parts };
  }
}

function drop(a: Action, n: number): Action {
  return { tokens: a.tokens.slice(n), spaced: a.spaced.slice(n) };
}

function tokenize(source: string): Action {
  const tokens: string[] = [];
  const spaced: boolean[] = [];
  const text = source.trimEnd();
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const m = TOKEN.exec(text);
    if (!m) throw new Error(`template: ${JSON.stringify(text.slice(at).trim())} is not understood`);
    tokens.push(m[1]!);
    spaced.push(m[0].length > m[1]!.length);
  }
  if (!tokens.length) throw new Error('template: an action is empty');
  return { tokens, spaced };
}

function pipeOf(a: Action): Pipe {
  const p = new PipeParser(a);
  const pipe = p.pipe();
  if (!p.done) throw new Error(`template: {{${a.tokens.join(' ')}}} is not understood`);
  return pipe;
}

class PipeParser {
  private at = 0;

  constructor(private readonly a: Action) {}

  get done(): boolean {
    return this.at >= this.a.tokens.length;
  }

  pipe(): Pipe {
    const assign = this.assignment();
    const commands = [this.command()];
    while (this.take('|')) commands.push(this.command());
    return { ...(assign ? { assign } : {}), commands };
  }

  private assignment(): Pipe['assign'] {
    const { tokens } = this.a;
    if (!/^\$\w+$/.test(tokens[this.at] ?? '')) return undefined;
    const names = [tokens[this.at]!];
    let next = this.at + 1;
    if (tokens[next] === ',') {
      names.push(tokens[next + 1]!);
      next += 2;
    }
    const sign = tokens[next];
    if (sign !== ':=' && sign !== '=') return undefined;
    this.at = next + 1;
    return { names, declare: sign === ':=' };
  }

  private command(): Expr[] {
    const words: Expr[] = [];
    while (!this.done && this.next !== '|' && this.next !== ')') words.push(this.word());
    if (!words.length) throw new Error(`template: {{${this.a.tokens.join(' ')}}} lacks a value`);
    return words;
  }

  private word(): Expr {
    let e = this.plain();
    const names: string[] = [];
    while (!this.done && !this.a.spaced[this.at] && /^\.\w/.test(this.next!)) names.push(this.a.tokens[this.at++]!.slice(1));
    if (names.length) e = { kind: 'fields', of: e, names };
    return e;
  }

  private plain(): Expr {
    const t = this.a.tokens[this.at++]!;
    if (t === '(') {
      const pipe = this.pipe();
      if (!this.take(')')) throw new Error(`template: {{${this.a.tokens.join(' ')}}} lacks a )`);
      return { kind: 'nested', pipe };
    }
    if (t === '.') return { kind: 'dot' };
    if (t.startsWith('.')) return { kind: 'fields', of: { kind: 'dot' }, names: [t.slice(1)] };
    if (t.startsWith('$')) return { kind: 'variable', name: t };
    if (t.startsWith('"')) return { kind: 'value', value: JSON.parse(t) as unknown };
    if (t.startsWith('`')) return { kind: 'value', value: t.slice(1, -1) };
    if (/^-?\d/.test(t)) return { kind: 'value', value: Number(t) };
    if (t === 'true' || t === 'false') return { kind: 'value', value: t === 'true' };
    if (t === 'nil') return { kind: 'value', value: undefined };
    if (/^[A-Za-z_]/.test(t)) return { kind: 'function', name: t };
    throw new Error(`template: ${JSON.stringify(t)} is not understood`);
  }

  private get next(): string | undefined {
    return this.a.tokens[this.at];
  }

  private take(t: string): boolean {
    if (this.next !== t) return false;
    this.at++;
    return true;
  }
}
