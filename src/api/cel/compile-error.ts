import type { CelError, Environment } from './cel';

const TERM = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";
const UNKNOWN = 'Unknown variable: ';
/** Extensions of CEL that the library lacks: message literals, quoted fields, macros over keys and values. */
const BEYOND = /[\w]\s*\{|`|\.(all|exists|existsOne|exists_one|transform\w+)\(\s*\w+\s*,\s*\w+\s*,/;
/** Words that begin the names of functions of libraries. */
const LIBRARIES: ReadonlySet<string> = new Set(['format', 'sets', 'math', 'lists', 'strings', 'regex', 'base64', 'cel', 'optional', 'google']);

/**
 * What is wrong with an expression that has to give a value of one of some types, worded as cel-go does where it can be;
 * undefined: nothing. Only what is no CEL and variables that do not exist are told, and not of expressions that use more
 * of CEL than the library knows.
 */
export function celProblem(environment: Environment, expression: string, types: readonly string[], wrongType: (type: string) => string): string | undefined {
  const { valid, type, error } = environment.check(expression);
  if (valid) return type === undefined || type === 'dyn' || types.length === 0 || types.includes(type) ? undefined : wrongType(type);
  const why = headline(error!);
  if (BEYOND.test(expression) || (why.startsWith(UNKNOWN) ? LIBRARIES.has(why.slice(UNKNOWN.length)) : error!.name !== 'ParseError')) return undefined;
  return `compilation failed: ${showError(expression, error!.node?.start ?? 0, complaint(why))}`;
}

function headline(e: CelError): string {
  return e.message.split('\n')[0]!;
}

function complaint(why: string): string {
  if (why.startsWith(UNKNOWN)) return `undeclared reference to '${why.slice(UNKNOWN.length)}' (in container '')`;
  if (why === 'Unexpected token: EOF') return `Syntax error: mismatched input '<EOF>' expecting ${TERM}`;
  const token = /^Unexpected character: (.*)$/.exec(why);
  return token ? `Syntax error: token recognition error at: '${token[1]}'` : `Syntax error: ${why}`;
}

/** The complaint with its line and a mark under the place. Of an empty expression there is nothing to show. */
function showError(expression: string, offset: number, text: string): string {
  if (expression === '') return `ERROR: <input>:1:0: ${text}`;
  const before = expression.slice(0, offset).split('\n');
  const column = [...before.at(-1)!].length;
  const line = expression.split('\n')[before.length - 1]!;
  return `ERROR: <input>:${before.length}:${column + 1}: ${text}\n | ${line}\n | ${'.'.repeat(column)}^`;
}
