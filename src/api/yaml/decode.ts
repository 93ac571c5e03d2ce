import type { CST, Document, ParsedNode, YAMLError } from 'yaml';
import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, Parser } from 'yaml';
import { compareText } from '../patch/go-format';
import { MAX_YAML_DEPTH } from '../schema/nesting';
import { resolvePlain } from './scalar';
import { setKey } from '../meta/set-key';

/**
 * Parses the first document of `text` as sigs.k8s.io/yaml does: YAML 1.1 scalars, merge keys, keys made strings.
 * Repeated keys keep the last value; they are reported to `problems` in one text, as go-yaml words it.
 * @throws Error with go-yaml's message, beginning 'yaml: '
 */
export function parseYaml(text: string, problems?: string[]): unknown {
  if (CONTROL.test(text)) throw new Error('yaml: control characters are not allowed');
  const lines = new LineCounter();
  const [document] = new Composer({ schema: 'failsafe', uniqueKeys: false, lineCounter: lines, logLevel: 'silent', merge: false, prettyErrors: false }).compose(tokensOf(text, lines));
  if (!document) return null;
  const error = document.errors[0];
  if (error) throw new Error(messageOf(error, text, lines));
  const reader = new Reader(document as Document.Parsed, lines, HALF.test(text) ? text : undefined);
  const value = reader.value(document.contents as ParsedNode | null);
  if (reader.duplicates.length) problems?.push(`yaml: unmarshal errors:\n${reader.duplicates.map((d) => `  ${d}`).join('\n')}`);
  return value;
}

/** The tokens of a text; complains before anything recurses into what is nested too deep. */
function tokensOf(text: string, lines: LineCounter): CST.Token[] {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    // The document and a scalar stand there beside the collections.
    if (parser.stack.length > MAX_YAML_DEPTH + 2) throw new Error(`yaml: exceeded max depth of ${MAX_YAML_DEPTH}`);
  }
  tokens.push(...parser.end());
  return tokens;
}

/** Characters that must not stand in a YAML text. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\0-\x08\v\f\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;
/** The escape of half a character: go-yaml takes none, not even both halves in turn, as JSON writes them. */
const HALF = /(?<!\\)(?:\\\\)*\\u[dD][89a-fA-F][0-9a-fA-F]{2}/;

/** Whether YAML refuses a text for its characters or escapes where JSON would not. */
export function offendsYaml(text: string): boolean {
  return CONTROL.test(text) || HALF.test(text);
}

/** How much of a document may come out of aliases, by the number of nodes: a little for the large ones (go-yaml's figures). */
function allowedAliasRatio(nodes: number): number {
  const LOW = 400_000;
  const HIGH = 4_000_000;
  if (nodes <= LOW) return 0.99;
  return nodes >= HIGH ? 0.1 : 0.99 - (0.89 * (nodes - LOW)) / (HIGH - LOW);
}

class Reader {
  readonly duplicates: string[] = [];
  private nodes = 0;
  private aliased = 0;
  private aliasDepth = 0;
  private readonly open = new Set<unknown>();

  constructor(
    private readonly document: Document.Parsed,
    private readonly lines: LineCounter,
    /** The text when it has escapes of half a character. */
    private readonly halves: string | undefined,
  ) {}

  value(node: ParsedNode | null): unknown {
    this.count();
    if (node === null) return null;
    if (isScalar(node)) {
      if (this.halves !== undefined && node.type === 'QUOTE_DOUBLE') this.refuseHalves(node);
      return this.scalar(node.source ?? '', node.type, node.tag);
    }
    if (isAlias(node)) {
      const target = node.resolve(this.document) as ParsedNode | undefined;
      if (!target) throw new Error(`yaml: unknown anchor '${node.source}' referenced`);
      if (this.open.has(target)) throw new Error(`yaml: anchor '${node.source}' value contains itself`);
      this.aliasDepth++;
      const value = this.value(target);
      this.aliasDepth--;
      return value;
    }
    this.open.add(node);
    const value = isSeq(node) ? node.items.map((n) => this.value(n as ParsedNode)) : isMap(node) ? this.map(node) : null;
    this.open.delete(node);
    return value;
  }

  /** Anchors that name each other would let a short text become an endless value. */
  private count(): void {
    this.nodes++;
    if (this.aliasDepth > 0) this.aliased++;
    if (this.aliased > 100 && this.nodes > 1000 && this.aliased / this.nodes > allowedAliasRatio(this.nodes)) throw new Error('yaml: document contains excessive aliasing');
  }

  private map(node: { items: { key: unknown; value: unknown }[] }): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    const merged: Record<string, unknown>[] = [];
    for (const { key, value } of node.items) {
      const k = key as ParsedNode;
      if (isScalar(k) && k.type === 'PLAIN' && k.source === '<<') {
        const v = this.value(value as ParsedNode);
        for (const m of Array.isArray(v) ? (v as unknown[]) : [v]) {
          if (typeof m !== 'object' || m === null || Array.isArray(m)) throw new Error('yaml: map merge requires map or sequence of maps as the value');
          merged.push(m as Record<string, unknown>);
        }
        continue;
      }
      const name = keyText(this.value(k));
      if (Object.hasOwn(out, name)) this.duplicates.push(`line ${this.line(k)}: key ${JSON.stringify(name)} already set in map`);
      setKey(out, name, this.value(value as ParsedNode));
    }
    for (const m of merged) for (const name of Object.keys(m)) if (!Object.hasOwn(out, name)) setKey(out, name, m[name]);
    return inOrder(out);
  }

  private scalar(source: string, type: string | undefined, tag: string | undefined): unknown {
    const short = tag?.replace('tag:yaml.org,2002:', '');
    if (short === 'binary') return Buffer.from(source, 'base64').toString('utf8');
    if (short === 'str' || (type !== 'PLAIN' && short !== 'int' && short !== 'float' && short !== 'bool')) return source;
    const value = resolvePlain(source);
    return typeof value === 'number' && !Number.isFinite(value) ? source : value;
  }

  private refuseHalves(node: ParsedNode): void {
    const at = HALF.exec(this.halves!.slice(node.range[0], node.range[1]))?.index;
    if (at === undefined) return;
    const { line } = this.lines.linePos(node.range[0] + at);
    throw new Error(`yaml: ${line > 1 ? `line ${line}: ` : ''}found invalid Unicode character escape code`);
  }

  private line(node: ParsedNode): number {
    return this.lines.linePos(node.range[0]).line;
  }
}

/** Upstream makes JSON of YAML before it reads it, by way of maps, whose keys it sorts: what is wrong first in that order is complained of first. */
function inOrder(o: Record<string, unknown>): Record<string, unknown> {
  const keys = Object.keys(o);
  if (keys.every((k, i) => i === 0 || compareText(keys[i - 1]!, k) < 0)) return o;
  const out: Record<string, unknown> = {};
  for (const k of keys.sort(compareText)) setKey(out, k, o[k]);
  return out;
}

function keyText(key: unknown): string {
  if (typeof key === 'object') {
    const kind = key === null ? '<nil>' : Array.isArray(key) ? '[]interface {}' : 'map[interface {}]interface {}';
    throw new Error(`unsupported map key of type: ${kind}, key: ${JSON.stringify(key)}`);
  }
  return String(key);
}

/** libyaml's words for the complaints of the parser used here; `before` marks those it reports from inside the scanner. */
const TEXTS: readonly { code: string; when?: RegExp; text: string }[] = [
  { code: 'BAD_INDENT', when: /Flow seq/, text: "did not find expected ',' or ']'" },
  { code: 'BAD_INDENT', when: /Flow map/, text: "did not find expected ',' or '}'" },
  { code: 'MISSING_CHAR', when: /Flow seq|\]/, text: "did not find expected ',' or ']'" },
  { code: 'MISSING_CHAR', when: /Flow map|\}/, text: "did not find expected ',' or '}'" },
  { code: 'MISSING_CHAR', when: /quote/, text: 'found unexpected end of stream' },
  { code: 'BLOCK_AS_IMPLICIT_KEY', text: 'mapping values are not allowed in this context' },
  { code: 'MULTILINE_IMPLICIT_KEY', text: "could not find expected ':'" },
  { code: 'TAB_AS_INDENT', text: 'found character that cannot start any token' },
  { code: 'UNEXPECTED_TOKEN', when: /@|`|%/, text: 'found character that cannot start any token' },
  { code: 'BAD_DIRECTIVE', text: 'found character that cannot start any token' },
  { code: 'BAD_ALIAS', text: 'did not find expected alphabetic or numeric character' },
];

function messageOf(error: YAMLError, text: string, lines: LineCounter): string {
  const known = TEXTS.find((t) => t.code === error.code && (!t.when || t.when.test(error.message)));
  const line = lines.linePos(Math.min(error.pos[1], text.length)).line;
  // A flow collection that is never closed is noticed at the token after it: libyaml counts the line from zero there.
  const atEnd = known?.text.startsWith('did not find expected') ?? false;
  const shown = atEnd ? Math.max(lines.linePos(text.length).line - 1, 1) : line;
  // Where a value has to follow, its lack is what libyaml notices.
  const wanting = atEnd && /[{[,:]$/.test(text.trimEnd());
  return `yaml: line ${shown}: ${wanting ? 'did not find expected node content' : (known?.text ?? 'did not find expected key')}`;
}
