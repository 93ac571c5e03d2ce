/** One term of a field selector. */
export interface FieldTerm {
  readonly field: string;
  readonly value: string;
  readonly equal: boolean;
}

/**
 * Parses "metadata.name=a,status.phase!=Running". '' and stray commas select everything; terms come in the order of their texts.
 * @throws Error in the words of fields.ParseSelector
 */
export function parseFieldSelector(text: string): FieldTerm[] {
  const terms: FieldTerm[] = [];
  for (const part of splitTerms(text).sort()) {
    if (part === '') continue;
    const at = findOperator(part);
    if (!at) throw new Error(`invalid selector: '${text}'; can't understand '${part}'`);
    const [field, value] = [part.slice(0, at.at), unescape(part.slice(at.at + at.length))];
    // An operator between nothing and nothing selects everything.
    if (field !== '' || value !== '') terms.push({ field, value, equal: at.equal });
  }
  return terms;
}

/** Splits at commas that no backslash precedes. */
function splitTerms(text: string): string[] {
  const out: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === ',') {
      out.push(text.slice(from, i));
      from = i + 1;
    }
  }
  out.push(text.slice(from));
  return out;
}

function findOperator(term: string): { at: number; length: number; equal: boolean } | undefined {
  for (let i = 0; i < term.length; i++) {
    if (term[i] === '!' && term[i + 1] === '=') return { at: i, length: 2, equal: false };
    if (term[i] === '=' && term[i + 1] === '=') return { at: i, length: 2, equal: true };
    if (term[i] === '=') return { at: i, length: 1, equal: true };
  }
  return undefined;
}

function unescape(value: string): string {
  if (!/[\\,=]/.test(value)) return value;
  let out = '';
  for (let i = 0; i < value.length; i++) {
    const c = value[i]!;
    if (c === '\\') {
      const next = value[++i];
      if (next === undefined) throw new Error('invalid field selector: invalid escape sequence: \\');
      if (next !== '\\' && next !== ',' && next !== '=') throw new Error(`invalid field selector: invalid escape sequence: \\${next}`);
      out += next;
    } else if (c === ',' || c === '=') {
      throw new Error(`invalid field selector: unescaped character in value: ${c.charCodeAt(0)}`);
    } else {
      out += c;
    }
  }
  return out;
}

/** Text form, values escaped; the inverse of parseFieldSelector. */
export function formatFieldSelector(terms: readonly FieldTerm[]): string {
  return terms.map((t) => `${t.field}${t.equal ? '=' : '!='}${t.value.replace(/[\\,=]/g, '\\$&')}`).join(',');
}
