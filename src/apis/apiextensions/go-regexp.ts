const CLASSES = 'alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit';
const FOREIGN = new RegExp(`\\(\\?P<|\\\\z|\\\\A|\\[\\[:\\^?(?:${CLASSES}):\\]`, 'g');

/** Spells what only Go's syntax has in the way JavaScript does, as far as whether the text is an expression at all is concerned. */
function translate(pattern: string): string {
  const named = pattern.replace(FOREIGN, (s) => (s === '(?P<' ? '(?<' : s === '\\z' ? '$' : s === '\\A' ? '^' : '[\\w'));
  return named.replace(/\(\?[imsU-]+([:)])/g, (_s, end: string) => (end === ':' ? '(?:' : '')).replace(/\\p([A-Z])/g, '\\p{$1}').replace(/\\Q(.*?)\\E/g, 'q');
}

/** The words of Go for what is wrong with an expression; `text` is what JavaScript says. */
function explain(pattern: string, text: string): string {
  if (/Unterminated character class|Lone quantifier brackets/.test(text) && pattern.includes('[')) return `missing closing ]: \`${pattern.slice(pattern.lastIndexOf('['))}\``;
  if (/Unterminated group/.test(text)) return `missing closing ): \`${pattern}\``;
  if (/Unmatched '\)'/.test(text)) return `unexpected ): \`${pattern}\``;
  if (/Nothing to repeat/.test(text)) return `missing argument to repetition operator: \`${/[*+?]/.exec(pattern)?.[0] ?? ''}\``;
  if (/at end of pattern/.test(text)) return 'trailing backslash at end of expression: ``';
  if (/out of order in character class/.test(text)) return `invalid character class range: \`${/.-./.exec(pattern)?.[0] ?? pattern}\``;
  if (/Invalid escape|Invalid identity escape|Invalid property name/.test(text)) return `invalid escape sequence: \`${/\\[^dDsSwWbBnrtfvaAzQExpP.*+?()[\]{}|^$\\/-]/.exec(pattern)?.[0] ?? '\\'}\``;
  return `invalid syntax: \`${pattern}\``;
}

/** What is wrong with a regular expression in the words of Go's regexp package; undefined: it is one. */
export function goRegexpProblem(pattern: string): string | undefined {
  const perl = /\(\?(?:<?[=!]|>)/.exec(pattern);
  if (perl) return `error parsing regexp: invalid or unsupported Perl syntax: \`${perl[0]}\``;
  const back = /(?:^|[^\\])(\\[1-9])/.exec(pattern);
  if (back) return `error parsing regexp: invalid escape sequence: \`${back[1]}\``;
  try {
    new RegExp(translate(pattern));
    return undefined;
  } catch (e) {
    return `error parsing regexp: ${explain(pattern, (e as Error).message)}`;
  }
}

/** The expression as JavaScript has it; undefined when it cannot be told in it: when it is none, or has flags of its own. */
export function goRegexp(pattern: string): RegExp | undefined {
  if (/\(\?[a-zA-Z-]*[imsU]/.test(pattern) || /\[\[:|\\Q/.test(pattern) || goRegexpProblem(pattern) !== undefined) return undefined;
  return new RegExp(translate(pattern), 'u');
}
