/** Query parameters as url.ParseQuery reads them: names to all their values, in order. */
export class Query {
  private readonly values: Map<string, string[]>;

  /** `raw`: what follows '?'. Pairs with a broken escape or a semicolon are dropped, as Go's http server does. */
  constructor(raw: string) {
    this.values = new Map();
    if (raw === '') return;
    for (const pair of raw.split('&')) {
      if (pair === '' || pair.includes(';')) continue;
      const eq = pair.indexOf('=');
      const name = unescape(eq < 0 ? pair : pair.slice(0, eq));
      const value = eq < 0 ? '' : unescape(pair.slice(eq + 1));
      if (name === undefined || value === undefined) continue;
      const known = this.values.get(name);
      if (known) known.push(value);
      else this.values.set(name, [value]);
    }
  }

  /** The first value; undefined when the parameter is absent. */
  get(name: string): string | undefined {
    return this.values.get(name)?.[0];
  }

  /** Every value; undefined when the parameter is absent. */
  all(name: string): readonly string[] | undefined {
    return this.values.get(name);
  }

  has(name: string): boolean {
    return this.values.has(name);
  }

  /** A boolean as conversion to Go structs takes it: present and neither 'false' nor '0' is true. */
  flag(name: string): boolean {
    const v = this.get(name);
    if (v === undefined) return false;
    return v !== '0' && v.toLowerCase() !== 'false';
  }
}

const NONE = new Query('');

/** Parses `raw`; the empty query costs nothing. */
export function parseQuery(raw: string): Query {
  return raw === '' ? NONE : new Query(raw);
}

function unescape(s: string): string | undefined {
  if (s.includes('+')) s = s.replaceAll('+', ' ');
  if (!s.includes('%')) return s;
  try {
    return decodeURIComponent(s);
  } catch {
    return undefined;
  }
}
