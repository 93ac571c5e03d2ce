import type { TemplateFunction } from './template-functions';
import { isTrue, printed, TEMPLATE_FUNCTIONS } from './template-functions';
import type { Expr, Part, Pipe } from './template-parser';
import { parseTemplate } from './template-parser';

/** Variables of a block; those of the blocks around it are seen through. */
class Scope {
  private readonly own = new Map<string, unknown>();

  constructor(private readonly outer?: Scope) {}

  declare(name: string, value: unknown): void {
    this.own.set(name, value);
  }

  set(name: string, value: unknown): void {
    if (this.own.has(name)) this.own.set(name, value);
    else if (this.outer) this.outer.set(name, value);
    else throw new Error(`template: undefined variable ${name}`);
  }

  get(name: string): unknown {
    if (this.own.has(name)) return this.own.get(name);
    if (!this.outer) throw new Error(`template: undefined variable ${name}`);
    return this.outer.get(name);
  }
}

class LoopSignal {
  constructor(readonly kind: 'break' | 'continue') {}
}

/** A template in Go's text/template language, over plain JSON: what is absent is nil, and fields of nil are nil. */
export class GoTemplate {
  private readonly parts: readonly Part[];

  /** @throws Error when the text is not understood */
  constructor(
    text: string,
    /** Beside those of text/template and sprig. */
    private readonly known: ReadonlySet<string> = new Set(),
  ) {
    this.parts = parseTemplate(text);
    for (const name of functionsIn(this.parts)) if (!(name in TEMPLATE_FUNCTIONS) && !this.known.has(name)) throw new Error(`template: function ${JSON.stringify(name)} not defined`);
  }

  /** @throws Error as templates fail, e.g. when values cannot be compared */
  render(data: unknown, functions: Readonly<Record<string, TemplateFunction>> = {}): string {
    const scope = new Scope();
    scope.declare('$', data);
    const run = new Run(functions);
    run.parts(this.parts, data, scope);
    return run.out;
  }
}

class Run {
  out = '';

  constructor(private readonly functions: Readonly<Record<string, TemplateFunction>>) {}

  parts(parts: readonly Part[], dot: unknown, scope: Scope): void {
    for (const p of parts) this.part(p, dot, scope);
  }

  private part(p: Part, dot: unknown, scope: Scope): void {
    switch (p.kind) {
      case 'text':
        this.out += p.text;
        return;
      case 'print': {
        const v = this.pipe(p.pipe, dot, scope);
        if (!p.pipe.assign) this.out += printed(v);
        return;
      }
      case 'if':
      case 'with': {
        const inner = new Scope(scope);
        const v = this.pipe(p.pipe, dot, inner);
        const yes = isTrue(v);
        this.parts(yes ? p.body : p.otherwise, yes && p.kind === 'with' ? v : dot, inner);
        return;
      }
      case 'range':
        this.range(p, dot, scope);
        return;
      case 'break':
      case 'continue':
        throw new LoopSignal(p.kind);
    }
  }

  private range(p: Extract<Part, { kind: 'range' }>, dot: unknown, scope: Scope): void {
    const { assign, commands } = p.pipe;
    const v = this.pipe({ commands }, dot, scope);
    const entries: [unknown, unknown][] = entriesOf(v);
    if (!entries.length) this.parts(p.otherwise, dot, new Scope(scope));
    for (const [key, value] of entries) {
      const inner = new Scope(scope);
      const values = assign?.names.length === 2 ? [key, value] : [value];
      assign?.names.forEach((name, i) => (assign.declare ? inner.declare(name, values[i]) : inner.set(name, values[i])));
      try {
        this.parts(p.body, value, inner);
      } catch (e) {
        if (!(e instanceof LoopSignal)) throw e;
        if (e.kind === 'break') return;
      }
    }
  }

  private pipe(p: Pipe, dot: unknown, scope: Scope): unknown {
    let result: unknown;
    p.commands.forEach((words, i) => (result = this.command(words, dot, scope, i > 0 ? [result] : [])));
    for (const name of p.assign?.names ?? []) {
      if (p.assign!.declare) scope.declare(name, result);
      else scope.set(name, result);
    }
    return result;
  }

  private command(words: readonly Expr[], dot: unknown, scope: Scope, piped: unknown[]): unknown {
    const [head, ...rest] = words as [Expr, ...Expr[]];
    if (head.kind === 'function') return this.call(head.name, [...rest.map((w) => this.value(w, dot, scope)), ...piped]);
    if (rest.length || piped.length) throw new Error('template: only functions take arguments');
    return this.value(head, dot, scope);
  }

  private value(e: Expr, dot: unknown, scope: Scope): unknown {
    switch (e.kind) {
      case 'value':
        return e.value;
      case 'dot':
        return dot;
      case 'variable':
        return scope.get(e.name);
      case 'function':
        return this.call(e.name, []);
      case 'nested':
        return this.pipe(e.pipe, dot, scope);
      case 'fields':
        return e.names.reduce<unknown>((o, name) => (typeof o === 'object' && o !== null ? (o as Record<string, unknown>)[name] : undefined), this.value(e.of, dot, scope));
    }
  }

  private call(name: string, args: unknown[]): unknown {
    const fn = this.functions[name] ?? TEMPLATE_FUNCTIONS[name];
    if (!fn) throw new Error(`template: function ${JSON.stringify(name)} not defined`);
    return fn(...args);
  }
}

function entriesOf(v: unknown): [unknown, unknown][] {
  if (v === undefined || v === null) return [];
  if (typeof v === 'number') return Array.from({ length: v }, (_, i) => [i, i]);
  if (Array.isArray(v)) return (v as unknown[]).map((x, i) => [i, x]);
  if (typeof v === 'object') return Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1));
  throw new Error(`template: range cannot iterate over ${printed(v)}`);
}

function* functionsIn(parts: readonly Part[]): Generator<string> {
  for (const p of parts) {
    if (!('pipe' in p)) continue;
    yield* functionsOf(p.pipe);
    if (p.kind !== 'print') {
      yield* functionsIn(p.body);
      yield* functionsIn(p.otherwise);
    }
  }
}

function* functionsOf(p: Pipe): Generator<string> {
  for (const words of p.commands) for (const w of words) yield* functionsOfExpr(w);
}

function* functionsOfExpr(e: Expr): Generator<string> {
  if (e.kind === 'function') yield e.name;
  else if (e.kind === 'nested') yield* functionsOf(e.pipe);
  else if (e.kind === 'fields') yield* functionsOfExpr(e.of);
}
