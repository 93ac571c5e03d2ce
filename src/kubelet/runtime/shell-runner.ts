import type { Node, Word } from './shell-parser';
import { NotUnderstood, parseShell } from './shell-parser';
import { canLeave, duration, echo, FOREVER, isTrue, printf, sequence } from './shell-words';

/** What a program does next: wait, write a line, enter a loop that it will never leave, or (as the generator's result) end with a code. */
export type Step = { wait: number } | { line: string; stream: 'stdout' | 'stderr' } | { endless: true };

export interface Surroundings {
  env: Map<string, string>;
  hostname: string;
  /** The time, in milliseconds since the epoch, `offset` milliseconds after the start. */
  timeAt(offset: number): number;
}

class ExitSignal {
  constructor(readonly code: number) {}
}
class LoopSignal {
  constructor(readonly kind: 'break' | 'continue') {}
}

/** Commands that end at once with success and say nothing: of files only whether they exist is known, of the network nothing. */
const SILENT = new Set(
  ':,true,mkdir,cp,mv,ln,chmod,chown,wget,curl,nslookup,nc,ping,grep,sed,awk,wc,set,export,cd,trap,umask,ulimit,apt-get,apk,yum,pip,git,tar,unzip,sync,kill,which,find,df,du,free,ps,id,whoami,uname,read'.split(','),
);

/** Runs one program at a time of its own: every wait adds to `elapsed`. */
export class ShellRunner {
  elapsed = 0;
  /** Files that it has made. */
  readonly files = new Set<string>();
  private readonly removed = new Set<string>();
  private last = 0;

  constructor(private readonly x: Surroundings) {}

  /** Runs argv; the generator's result is the exit code. @throws NotUnderstood when the program is not known */
  *argv(argv: readonly string[]): Generator<Step, number> {
    try {
      return yield* this.command(argv, false);
    } catch (e) {
      if (e instanceof ExitSignal) return e.code;
      throw e;
    }
  }

  private *script(text: string): Generator<Step, number> {
    const node = parseShell(text);
    try {
      yield* this.run(node);
    } catch (e) {
      if (e instanceof ExitSignal) return e.code;
      throw e;
    }
    return this.last;
  }

  private *run(n: Node): Generator<Step, void> {
    switch (n.kind) {
      case 'command': {
        for (const a of n.assigns) this.x.env.set(a.name, this.expand(a.value));
        const argv = n.words.flatMap((w) => this.words(w));
        this.last = argv.length ? yield* this.command(argv, n.quiet) : 0;
        if (n.to) this.make(this.expand(n.to));
        return;
      }
      case 'sequence':
        for (const { op, node } of n.items) {
          if ((op === '&&' && this.last !== 0) || (op === '||' && this.last === 0)) continue;
          yield* this.run(node);
        }
        return;
      case 'not':
        yield* this.run(n.node);
        this.last = this.last === 0 ? 1 : 0;
        return;
      case 'if':
        for (const b of n.branches) {
          yield* this.run(b.condition);
          if (this.last === 0) return yield* this.run(b.body);
        }
        if (n.otherwise) yield* this.run(n.otherwise);
        else this.last = 0;
        return;
      case 'loop':
        return yield* this.loop(n.condition, n.until, n.body);
      case 'for':
        for (const value of n.words.flatMap((w) => this.words(w))) {
          this.x.env.set(n.name, value);
          if (!(yield* this.once(n.body))) return;
        }
    }
  }

  private *loop(condition: Node, until: boolean, body: Node): Generator<Step, void> {
    if (!until && isTrue(condition) && !canLeave(body)) yield { endless: true };
    for (let idle = 0; ; ) {
      const before = this.elapsed;
      yield* this.run(condition);
      if ((this.last === 0) === until) break;
      if (!(yield* this.once(body))) break;
      // A loop that never waits would spin: it counts as one that only waits.
      idle = this.elapsed > before ? 0 : idle + 1;
      if (idle > 10_000) yield* this.wait(FOREVER);
    }
    this.last = 0;
  }

  /** Runs a loop's body; false after break. */
  private *once(body: Node): Generator<Step, boolean> {
    try {
      yield* this.run(body);
    } catch (e) {
      if (!(e instanceof LoopSignal)) throw e;
      return e.kind === 'continue';
    }
    return true;
  }

  private *command(argv: readonly string[], quiet: boolean): Generator<Step, number> {
    if (!argv.length) return 0;
    const name = argv[0]!.replace(/^.*\//, '');
    const args = argv.slice(1);
    switch (name) {
      case 'sleep':
        yield* this.wait(args.reduce((sum, a) => sum + duration(a), 0));
        return 0;
      case 'false':
        return 1;
      case 'exit':
      case 'return':
        throw new ExitSignal(args[0] === undefined ? this.last : Number(args[0]) & 0xff);
      case 'break':
      case 'continue':
        throw new LoopSignal(name);
      case 'echo':
      case 'printf':
        if (!quiet) yield* this.print(name === 'echo' ? echo(args) : printf(args));
        return 0;
      case 'date':
        if (!quiet) yield* this.print(this.date());
        return 0;
      case 'hostname':
        if (!quiet) yield* this.print(this.x.hostname);
        return 0;
      case 'env':
      case 'printenv':
        if (!quiet) yield* this.print([...this.x.env].map(([k, v]) => `${k}=${v}`).join('\n'));
        return 0;
      case 'seq':
        if (!quiet) yield* this.print(sequence(args).join('\n'));
        return 0;
      case 'expr':
      case 'let':
        return 0;
      case 'touch':
        for (const f of args) this.make(f);
        return 0;
      case 'rm':
        for (const f of args) {
          this.files.delete(f);
          this.removed.add(f);
        }
        return 0;
      case 'cat':
      case 'ls':
      case 'stat':
      case 'head':
        return yield* this.read(name, args.filter((a) => !a.startsWith('-')), quiet);
      case 'test':
      case '[':
        return this.test(name === '[' ? args.slice(0, -1) : args) ? 0 : 1;
      case 'tail':
        if (args.some((a) => /^-\w*[fF]/.test(a) || a === '--follow')) yield* this.wait(FOREVER);
        return 0;
      case 'pause':
        yield* this.wait(FOREVER);
        return 0;
      case 'exec':
      case 'nohup':
      case 'time':
        return yield* this.command(args, quiet);
      case 'timeout':
        return yield* this.command(args.slice(1), quiet);
      case 'sh':
      case 'bash':
      case 'ash':
      case 'dash':
        return yield* this.shell(args);
      default:
        if (SILENT.has(name)) return 0;
        throw new NotUnderstood(`command ${name}`);
    }
  }

  private *shell(args: readonly string[]): Generator<Step, number> {
    const i = args.findIndex((a) => /^-[a-z]*c$/.test(a));
    if (i < 0) {
      // A shell without input ends at once; a script file is not known.
      if (args.some((a) => !a.startsWith('-'))) throw new NotUnderstood('script files');
      return 0;
    }
    return yield* this.script(args[i + 1] ?? '');
  }

  /** Files have no content; of those that are not there it is said. */
  private *read(name: string, files: readonly string[], quiet: boolean): Generator<Step, number> {
    const missing = files.filter((f) => !this.exists(f));
    const verb = name === 'cat' || name === 'head' ? "can't open " : name === 'stat' ? "can't stat " : '';
    if (!quiet) for (const f of missing) yield { line: `${name}: ${verb ? `${verb}'${f}'` : f}: No such file or directory`, stream: 'stderr' };
    return missing.length ? 1 : 0;
  }

  private make(file: string): void {
    this.files.add(file);
    this.removed.delete(file);
  }

  /** Files the program has not made itself are there, unless they would lie where only it writes. */
  private exists(file: string): boolean {
    return this.files.has(file) || !(this.removed.has(file) || /^\/(tmp|var\/run|run)\//.test(file));
  }

  private test(args: readonly string[]): boolean {
    if (args[0] === '!') return !this.test(args.slice(1));
    const [a = '', b = '', c = ''] = args;
    if (args.length === 1) return a !== '';
    if (args.length === 2) {
      if (a === '-z') return b === '';
      if (a === '-n') return b !== '';
      if (/^-[efdsrwx]$/.test(a)) return this.exists(b);
    }
    switch (b) {
      case '=':
      case '==':
        return a === c;
      case '!=':
        return a !== c;
      case '-eq':
        return Number(a) === Number(c);
      case '-ne':
        return Number(a) !== Number(c);
      case '-lt':
        return Number(a) < Number(c);
      case '-le':
        return Number(a) <= Number(c);
      case '-gt':
        return Number(a) > Number(c);
      case '-ge':
        return Number(a) >= Number(c);
      default:
        throw new NotUnderstood(`test ${args.join(' ')}`);
    }
  }

  private *wait(ms: number): Generator<Step, void> {
    this.elapsed += ms;
    yield { wait: ms };
  }

  private *print(text: string): Generator<Step, void> {
    for (const line of text.split('\n')) yield { line, stream: 'stdout' };
  }

  private date(): string {
    const iso = new Date(this.x.timeAt(Math.min(this.elapsed, Number.MAX_SAFE_INTEGER))).toUTCString();
    const m = /^(\w+), (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(iso)!;
    return `${m[1]} ${m[3]} ${m[2]!.replace(/^0/, ' ')} ${m[5]} UTC ${m[4]}`;
  }

  /** A word that may become several: unquoted expansions are split at blanks. */
  private words(w: Word): string[] {
    const text = this.expand(w);
    return w.length === 1 && w[0]!.split && w[0]!.text.startsWith('$') ? text.split(/\s+/).filter(Boolean) : [text];
  }

  private expand(w: Word): string {
    return w.map((p) => (p.expand ? this.substitute(p.text) : p.text)).join('');
  }

  private substitute(text: string): string {
    return text
      .replace(/\$\(\(([^()]*(?:\([^()]*\)[^()]*)*)\)\)/g, (_, e: string) => String(this.arithmetic(e)))
      .replace(/\$\(([^()]*(?:\([^()]*\)[^()]*)*)\)|`([^`]*)`/g, (_, a?: string, b?: string) => this.capture(a ?? b ?? ''))
      .replace(/\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+|[?#$@*!]))/g, (_, a?: string, fallback?: string, b?: string) => this.variable(a ?? b!) ?? fallback ?? '');
  }

  private variable(name: string): string | undefined {
    if (name === '?') return String(this.last);
    if (name === 'HOSTNAME') return this.x.hostname;
    return this.x.env.get(name);
  }

  private arithmetic(e: string): number {
    const flat = e.replace(/\$?\{?([A-Za-z_]\w*)\}?/g, (_, name: string) => this.x.env.get(name) ?? '0').replace(/\s+/g, '');
    const m = /^(-?\d+)(?:([-+*/%])(-?\d+))?$/.exec(flat);
    if (!m) throw new NotUnderstood(`arithmetic ${e}`);
    const a = Number(m[1]);
    const b = Number(m[3] ?? 0);
    switch (m[2]) {
      case '+':
        return a + b;
      case '-':
        return a - b;
      case '*':
        return a * b;
      case '/':
        return Math.trunc(a / b);
      case '%':
        return a % b;
      default:
        return a;
    }
  }

  /** Output of a command that does not wait. */
  private capture(script: string): string {
    const lines: string[] = [];
    const last = this.last;
    for (const s of this.script(script)) {
      if (!('line' in s)) throw new NotUnderstood('waiting inside $( )');
      lines.push(s.line);
    }
    this.last = last;
    return lines.join('\n');
  }
}
