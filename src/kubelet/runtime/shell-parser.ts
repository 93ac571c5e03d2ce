/** A part of a shell script as the simulated runtime understands it. */
export type Node =
  | { kind: 'command'; words: readonly Word[]; assigns: readonly { name: string; value: Word }[]; quiet: boolean; to?: Word }
  | { kind: 'sequence'; items: readonly { op: ';' | '&&' | '||'; node: Node }[] }
  | { kind: 'loop'; until: boolean; condition: Node; body: Node }
  | { kind: 'for'; name: string; words: readonly Word[]; body: Node }
  | { kind: 'if'; branches: readonly { condition: Node; body: Node }[]; otherwise?: Node }
  | { kind: 'not'; node: Node };

/** A word with quotes resolved: pieces that are expanded or taken literally; what comes out of an unquoted piece is split at blanks. */
export type Word = readonly { text: string; expand: boolean; split?: boolean }[];

/** Thrown when a script uses something that is not understood; the program then counts as unknown. */
export class NotUnderstood extends Error {}

type Token = { type: 'word'; word: Word; bare?: string } | { type: 'op'; op: string };

const OPERATORS = ['&&', '||', ';;', '>>', ';', '\n', '&', '|', '(', ')', '<', '>'];

/** Parses the common subset of POSIX shell: lists, loops, if, assignments, simple redirections. @throws NotUnderstood */
export function parseShell(script: string): Node {
  const p = new Parser(tokenize(script));
  const node = p.list([]);
  p.end();
  return node;
}

function tokenize(s: string): Token[] {
  const tokens: Token[] = [];
  let i = 0;
  while (i < s.length) {
    const c = s[i]!;
    if (c === ' ' || c === '\t' || c === '\r') i++;
    else if (c === '\\' && s[i + 1] === '\n') i += 2;
    else if (c === '#') while (i < s.length && s[i] !== '\n') i++;
    else {
      const op = OPERATORS.find((o) => s.startsWith(o, i));
      if (op) {
        tokens.push({ type: 'op', op: op === '\n' ? ';' : op });
        i += op.length;
      } else {
        const { word, end, bare } = readWord(s, i);
        tokens.push({ type: 'word', word, ...(bare === undefined ? {} : { bare }) });
        i = end;
      }
    }
  }
  return tokens;
}

function readWord(s: string, start: number): { word: Word; end: number; bare?: string } {
  const pieces: { text: string; expand: boolean; split?: boolean }[] = [];
  let i = start;
  let plain = '';
  let quoted = false;
  const flush = (): void => {
    if (plain) pieces.push({ text: plain, expand: true, split: true });
    plain = '';
  };
  while (i < s.length) {
    const c = s[i]!;
    if (/[\s;&|()<>]/.test(c)) break;
    if (c === "'") {
      const end = s.indexOf("'", i + 1);
      if (end < 0) throw new NotUnderstood('unterminated quote');
      flush();
      pieces.push({ text: s.slice(i + 1, end), expand: false });
      quoted = true;
      i = end + 1;
    } else if (c === '"') {
      let text = '';
      i++;
      for (; i < s.length && s[i] !== '"'; i++) {
        if (s[i] === '\\' && /["\\$`]/.test(s[i + 1] ?? '')) {
          flush();
          pieces.push({ text, expand: true }, { text: s[++i]!, expand: false });
          text = '';
        } else if (s[i] === '$' && s[i + 1] === '(') {
          const end = closing(s, i + 1);
          text += s.slice(i, end + 1);
          i = end;
        } else text += s[i]!;
      }
      if (i >= s.length) throw new NotUnderstood('unterminated quote');
      flush();
      pieces.push({ text, expand: true });
      quoted = true;
      i++;
    } else if (c === '\\') {
      flush();
      pieces.push({ text: s[i + 1] ?? '', expand: false });
      quoted = true;
      i += 2;
    } else if (c === '$' && s[i + 1] === '(') {
      const end = closing(s, i + 1);
      plain += s.slice(i, end + 1);
      i = end + 1;
    } else {
      plain += c;
      i++;
    }
  }
  flush();
  const bare = !quoted && pieces.length === 1 ? pieces[0]!.text : undefined;
  return { word: pieces, end: i, ...(bare === undefined ? {} : { bare }) };
}

function closing(s: string, open: number): number {
  let depth = 0;
  for (let i = open; i < s.length; i++) {
    if (s[i] === '(') depth++;
    else if (s[i] === ')' && --depth === 0) return i;
  }
  throw new NotUnderstood('unterminated $(');
}

class Parser {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  end(): void {
    if (this.at < this.tokens.length) throw new NotUnderstood('text after the end');
  }

  /** Commands up to one of the words in `until`, which is not taken. */
  list(until: readonly string[]): Node {
    const items: { op: ';' | '&&' | '||'; node: Node }[] = [];
    let op: ';' | '&&' | '||' = ';';
    for (;;) {
      while (op === ';' && this.takeOp(';')) continue;
      const t = this.tokens[this.at];
      if (!t || (t.type === 'word' && t.bare !== undefined && until.includes(t.bare)) || (t.type === 'op' && until.includes(t.op))) break;
      items.push({ op, node: this.command() });
      if (this.takeOp('&&')) op = '&&';
      else if (this.takeOp('||')) op = '||';
      else if (this.takeOp(';')) op = ';';
      else break;
    }
    return items.length === 1 ? items[0]!.node : { kind: 'sequence', items };
  }

  private command(): Node {
    const t = this.tokens[this.at];
    if (!t) throw new NotUnderstood('a command is missing');
    if (t.type === 'op') {
      if (t.op !== '(') throw new NotUnderstood(`operator ${t.op}`);
      this.at++;
      const inner = this.list([')']);
      this.expectOp(')');
      return inner;
    }
    switch (t.bare) {
      case 'while':
      case 'until': {
        this.at++;
        const condition = this.list(['do']);
        return { kind: 'loop', until: t.bare === 'until', condition, body: this.body() };
      }
      case 'for':
        return this.forLoop();
      case 'if':
        return this.conditional();
      case '{': {
        this.at++;
        const inner = this.list(['}']);
        this.expectWord('}');
        return inner;
      }
      case '!':
        this.at++;
        return { kind: 'not', node: this.command() };
      default:
        return this.simple();
    }
  }

  private body(): Node {
    this.expectWord('do');
    const body = this.list(['done']);
    this.expectWord('done');
    return body;
  }

  private forLoop(): Node {
    this.at++;
    const name = this.bareWord();
    this.expectWord('in');
    const words: Word[] = [];
    for (let t = this.tokens[this.at]; t?.type === 'word'; t = this.tokens[++this.at]) words.push(t.word);
    while (this.takeOp(';')) continue;
    return { kind: 'for', name, words, body: this.body() };
  }

  private conditional(): Node {
    const branches: { condition: Node; body: Node }[] = [];
    let otherwise: Node | undefined;
    do {
      this.at++;
      const condition = this.list(['then']);
      this.expectWord('then');
      branches.push({ condition, body: this.list(['elif', 'else', 'fi']) });
    } while (this.isWord('elif'));
    if (this.isWord('else')) {
      this.at++;
      otherwise = this.list(['fi']);
    }
    this.expectWord('fi');
    return { kind: 'if', branches, ...(otherwise ? { otherwise } : {}) };
  }

  private simple(): Node {
    const words: Word[] = [];
    const assigns: { name: string; value: Word }[] = [];
    let quiet = false;
    let to: Word | undefined;
    for (;;) {
      const t = this.tokens[this.at];
      if (!t) break;
      if (t.type === 'op') {
        if (t.op !== '>' && t.op !== '>>' && t.op !== '<') break;
        // What goes to a file is not in the log; `2>…` takes the errors only.
        const before = words.at(-1);
        const descriptor = before?.length === 1 && /^[012]$/.test(before[0]!.text) ? before[0]!.text : undefined;
        if (descriptor !== undefined) words.pop();
        this.at++;
        const ampersand = this.takeOp('&');
        const target = this.tokens[this.at++];
        if (target?.type !== 'word') throw new NotUnderstood('redirection without a target');
        if (t.op !== '<' && descriptor !== '2' && !ampersand && !/^\/dev\/(stdout|stderr)$|^\/proc\/1\/fd\//.test(target.bare ?? '')) {
          quiet = true;
          to = target.word;
        }
        continue;
      }
      this.at++;
      const assign = words.length === 0 ? /^([A-Za-z_]\w*)=/.exec(t.word[0]?.expand ? t.word[0].text : '') : null;
      if (assign) assigns.push({ name: assign[1]!, value: [{ text: t.word[0]!.text.slice(assign[0].length), expand: true }, ...t.word.slice(1)] });
      else words.push(t.word);
    }
    if (this.tokens[this.at]?.type === 'op' && ['|', '&', '(', ';;'].includes((this.tokens[this.at] as { op: string }).op)) {
      throw new NotUnderstood('pipes and background commands');
    }
    return { kind: 'command', words, assigns, quiet, ...(to ? { to } : {}) };
  }

  private isWord(w: string): boolean {
    const t = this.tokens[this.at];
    return t?.type === 'word' && t.bare === w;
  }

  private expectWord(w: string): void {
    while (!this.isWord(w) && this.takeOp(';')) continue;
    if (!this.isWord(w)) throw new NotUnderstood(`"${w}" is missing`);
    this.at++;
  }

  private bareWord(): string {
    const t = this.tokens[this.at++];
    if (t?.type !== 'word' || t.bare === undefined) throw new NotUnderstood('a name is missing');
    return t.bare;
  }

  private takeOp(op: string): boolean {
    const t = this.tokens[this.at];
    if (t?.type !== 'op' || t.op !== op) return false;
    this.at++;
    return true;
  }

  private expectOp(op: string): void {
    if (!this.takeOp(op)) throw new NotUnderstood(`"${op}" is missing`);
  }
}
