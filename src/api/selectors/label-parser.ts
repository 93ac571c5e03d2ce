import { invalidValue } from '../errors/field-error';
import type { Operator, Requirement } from './label-selector';
import { labelValueProblems, selectorKeyProblem } from './label-syntax';

type Token = 'end' | 'id' | '(' | ')' | ',' | '!' | '=' | '==' | '!=' | '>' | '<' | 'in' | 'notin';
interface Lexeme {
  token: Token;
  text: string;
}

const SPECIAL = '()!,=<>';
const isSpace = (c: string): boolean => c === ' ' || c === '\t' || c === '\r' || c === '\n';
const WORDS: Record<string, Token> = { '(': '(', ')': ')', ',': ',', '!': '!', '=': '=', '==': '==', '!=': '!=', '>': '>', '<': '<', in: 'in', notin: 'notin' };

function lex(text: string): Lexeme[] {
  const out: Lexeme[] = [];
  let i = 0;
  while (i < text.length) {
    const c = text[i]!;
    if (isSpace(c)) {
      i++;
      continue;
    }
    const from = i;
    if (SPECIAL.includes(c)) {
      // Takes the longest operator there is, e.g. '==' before '='.
      let to = i + 1;
      while (to < text.length && SPECIAL.includes(text[to]!) && WORDS[text.slice(from, to + 1)]) to++;
      i = to;
      out.push({ token: WORDS[text.slice(from, to)]!, text: text.slice(from, to) });
    } else {
      while (i < text.length && !SPECIAL.includes(text[i]!) && !isSpace(text[i]!)) i++;
      const word = text.slice(from, i);
      out.push({ token: word === 'in' || word === 'notin' ? word : 'id', text: word });
    }
  }
  out.push({ token: 'end', text: '' });
  return out;
}

class Parser {
  private at = 0;
  constructor(private readonly lexemes: Lexeme[]) {}

  parse(): Requirement[] {
    const out: Requirement[] = [];
    for (;;) {
      const l = this.peek();
      if (l.token === 'end') return out;
      if (l.token !== 'id' && l.token !== '!') throw new Error(`found '${l.text}', expected: !, identifier, or 'end of string'`);
      out.push(this.requirement());
      const sep = this.next();
      if (sep.token === 'end') return out;
      if (sep.token !== ',') throw new Error(`found '${sep.text}', expected: ',' or 'end of string'`);
      const after = this.peek();
      if (after.token !== 'id' && after.token !== '!') throw new Error(`found '${after.text}', expected: identifier after ','`);
    }
  }

  private requirement(): Requirement {
    let l = this.next();
    const negated = l.token === '!';
    if (negated) l = this.next();
    if (l.token !== 'id') throw bad(`found '${l.text}', expected: identifier`);
    const problem = selectorKeyProblem(l.text);
    if (problem) throw bad(problem);
    const key = l.text;
    const follow = this.peek();
    if (follow.token === 'end' || follow.token === ',') return { key, operator: negated ? 'DoesNotExist' : 'Exists', values: [] };
    if (negated) return { key, operator: 'DoesNotExist', values: [] };
    const op = this.next(true);
    switch (op.token) {
      case 'in':
      case 'notin':
        return checked(key, op.token === 'in' ? 'In' : 'NotIn', this.values());
      case '=':
      case '==':
        return checked(key, 'In', [this.exact()]);
      case '!=':
        return checked(key, 'NotIn', [this.exact()]);
      case '>':
        return checked(key, 'Gt', [this.exact()]);
      case '<':
        return checked(key, 'Lt', [this.exact()]);
      default:
        throw bad(`found '${op.text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  private values(): string[] {
    const open = this.next();
    if (open.token !== '(') throw bad(`found '${open.text}' expected: '('`);
    const first = this.peek();
    if (first.token === ')') {
      this.next();
      return [''];
    }
    if (first.token !== 'id' && first.token !== ',') throw bad(`found '${first.text}', expected: ',', ')' or identifier`);
    const set = new Set<string>();
    let wantValue = true;
    for (;;) {
      const l = this.peek();
      if (l.token === ')') {
        if (wantValue) set.add('');
        this.next();
        return [...set].sort();
      }
      if (l.token === ',') {
        if (wantValue) set.add('');
        wantValue = true;
      } else if (l.token === 'id' && wantValue) {
        set.add(l.text);
        wantValue = false;
      } else {
        throw bad(wantValue ? `found '${l.text}', expected: ',', or identifier` : `found '${l.text}', expected: ',' or ')'`);
      }
      this.next();
    }
  }

  private exact(): string {
    const l = this.peek();
    if (l.token === 'end' || l.token === ',') return '';
    this.next();
    if (l.token !== 'id') throw bad(`found '${l.text}', expected: identifier`);
    return l.text;
  }

  /** The words in and notin are operators only where an operator can stand. */
  private next(operator = false): Lexeme {
    const l = this.peek(operator);
    if (l.token !== 'end') this.at++;
    return l;
  }

  private peek(operator = false): Lexeme {
    const l = this.lexemes[this.at]!;
    return !operator && (l.token === 'in' || l.token === 'notin') ? { token: 'id', text: l.text } : l;
  }
}

function bad(why: string): Error {
  return new Error(`unable to parse requirement: ${why}`);
}

function checked(key: string, operator: Operator, values: string[]): Requirement {
  const problems: string[] = [];
  if ((operator === 'Gt' || operator === 'Lt') && !isInt64(values[0]!)) problems.push(`values[0]: ${invalidValue('', values[0], "for 'Gt', 'Lt' operators, the value must be an integer").message}`);
  values.forEach((v, i) => {
    const p = labelValueProblems(v);
    if (p.length) problems.push(`values[${i}][${key}]: ${invalidValue('', v, p.join('; ')).message}`);
  });
  if (problems.length) throw bad(problems.length === 1 ? problems[0]! : `[${problems.join(', ')}]`);
  return { key, operator, values };
}

function isInt64(text: string): boolean {
  return /^[+-]?\d+$/.test(text) && BigInt.asIntN(64, BigInt(text.replace('+', ''))) === BigInt(text.replace('+', ''));
}

/** labels.Parse: the requirements of a selector's text. @throws Error in upstream's words */
export function parseLabelSelectorText(text: string): Requirement[] {
  return new Parser(lex(text)).parse();
}
