export type Encoding = 'json' | 'yaml' | 'protobuf';

export const MEDIA_TYPES: Readonly<Record<Encoding, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
};

/** What built-in resources can produce, in order of preference, and what a watch may be asked in. */
export const ALL_TYPES: readonly string[] = [MEDIA_TYPES.json, MEDIA_TYPES.yaml, MEDIA_TYPES.protobuf];
export const STREAM_TYPES: readonly string[] = [`${MEDIA_TYPES.json};stream=watch`, `${MEDIA_TYPES.protobuf};stream=watch`];

/** Group, version and kind the client wants the answer turned into: the parameters g, v and as of a media type. */
export interface Conversion {
  group: string;
  version: string;
  kind: string;
}

/** What the answer shall look like. */
export interface Accepted {
  encoding: Encoding;
  as?: Conversion;
  pretty: boolean;
}

/** What an endpoint can do beyond plain JSON and YAML. */
export interface Abilities {
  /** Objects of the endpoint have a protobuf form. */
  protobuf: boolean;
  /** False: only conversions are served (aggregated discovery). Default true. */
  plain?: boolean;
  /** The conversions it can make. */
  converts(as: Conversion, encoding: Encoding): boolean;
}

interface Clause {
  type: string;
  subType: string;
  q: number;
  params: [string, string][];
}

const CANDIDATES: readonly (readonly [Encoding, string])[] = [
  ['json', 'json'],
  ['yaml', 'yaml'],
  ['protobuf', 'vnd.kubernetes.protobuf'],
];

/** Answers of this endpoint are plain: no conversion is possible (errors, legacy discovery). */
export const PLAIN: Abilities = { protobuf: true, converts: () => false };

/** The plain JSON most clients ask for. */
export const JSON_ONLY: Accepted = { encoding: 'json', pretty: false };

/**
 * Picks the representation by the Accept header as apiserver's negotiation package does: clauses by quality, then the first type this
 * endpoint has whose parameters it can honour. Undefined: 406. An empty header takes JSON.
 */
export function negotiate(accept: string, can: Abilities): Accepted | undefined {
  if (accept === '' || accept === 'application/json' || accept === '*/*') return JSON_ONLY;
  for (const clause of parseAccept(accept)) {
    if (clause.type !== 'application' && clause.type !== '*') continue;
    for (const [encoding, subType] of CANDIDATES) {
      if (clause.subType !== '*' && (clause.subType !== subType || clause.type !== 'application')) continue;
      const found = honour(clause.params, encoding, can);
      if (found) return found;
    }
  }
  return undefined;
}

function honour(params: readonly [string, string][], encoding: Encoding, can: Abilities): Accepted | undefined {
  let as: Conversion | undefined;
  let pretty = false;
  for (const [name, value] of params) {
    if (name === 'as') (as ??= blank()).kind = value;
    else if (name === 'g') (as ??= blank()).group = value;
    else if (name === 'v') (as ??= blank()).version = value;
    else if (name === 'pretty') pretty = value === '1';
    else if (name === 'stream' && value !== '' && (encoding === 'yaml' || value !== 'watch')) return undefined;
    else if (name === 'sv' && value !== '' && value !== 'v1') return undefined;
  }
  if (as ? !can.converts(as, encoding) : can.plain === false || (encoding === 'protobuf' && !can.protobuf)) return undefined;
  return as ? { encoding, as, pretty } : { encoding, pretty };
}

function blank(): Conversion {
  return { group: '', version: '', kind: '' };
}

/**
 * Whether a route that produces `types` is willing at all, before its handler runs: only exact types and the full wildcard count,
 * parameters do not (go-restful's rule; application/* is therefore refused).
 */
export function routeAccepts(accept: string, types: readonly string[]): boolean {
  if (accept === '' || accept === 'application/json') return true;
  for (const part of accept.split(',')) {
    const semi = part.indexOf(';');
    const type = trimSpaces(semi < 0 ? part : part.slice(0, semi));
    if (type === '*/*' || types.includes(type) || types.includes('*/*')) return true;
  }
  return false;
}

/** The clauses of an Accept header, best first; unreadable ones are left out (goautoneg's rules). */
export function parseAccept(header: string): Clause[] {
  const clauses: Clause[] = [];
  for (const part of header.split(',')) {
    const [range, ...rest] = trimSpaces(part).split(';');
    const [type, subType, more] = range!.split('/');
    if (more !== undefined && more !== '') continue;
    const clause: Clause = { type: trimSpaces(type!), subType: trimSpaces(subType ?? ''), q: 1, params: [] };
    if (!subType) {
      if (clause.type !== '*') continue;
      clause.subType = '*';
    }
    for (const param of rest) {
      const [name, value, surplus] = param.split('=');
      if (!value || surplus) continue;
      const key = trimSpaces(name!);
      if (key === 'q') clause.q = Number(value) || 0;
      else clause.params.push([key, trimSpaces(value)]);
    }
    insert(clauses, clause);
  }
  return clauses;
}

/** Keeps the order that Go's insertion sort gives with goautoneg's comparison. */
function insert(clauses: Clause[], clause: Clause): void {
  let i = clauses.length;
  while (i > 0 && before(clause, clauses[i - 1]!)) i--;
  clauses.splice(i, 0, clause);
}

function before(a: Clause, b: Clause): boolean {
  return a.q > b.q || (a.type !== '*' && b.type === '*') || (a.subType !== '*' && b.subType === '*');
}

function trimSpaces(s: string): string {
  let start = 0;
  let end = s.length;
  while (start < end && s.charCodeAt(start) === 32) start++;
  while (end > start && s.charCodeAt(end - 1) === 32) end--;
  return start === 0 && end === s.length ? s : s.slice(start, end);
}

/**
 * Remembers what was negotiated for a header: clients send the same few again and again. One per set of abilities,
 * emptied when strangers fill it.
 */
export class Negotiator {
  private readonly known = new Map<string, Accepted | null>();

  constructor(private readonly can: Abilities) {}

  /** See negotiate(). */
  negotiate(accept: string): Accepted | undefined {
    if (accept === 'application/json' || accept === '') return JSON_ONLY;
    let found = this.known.get(accept);
    if (found === undefined) {
      found = negotiate(accept, this.can) ?? null;
      if (this.known.size >= 200) this.known.clear();
      this.known.set(accept, found);
    }
    return found ?? undefined;
  }
}

/** Conversions resources can make: a Table when they have columns (JSON and YAML only), metadata alone always. */
export function resourceAbilities(table: boolean, protobuf: boolean): Abilities {
  return {
    protobuf,
    converts: (as, encoding) =>
      as.group === 'meta.k8s.io' &&
      (as.version === 'v1' || as.version === 'v1beta1') &&
      (as.kind === 'Table'
        ? table && encoding !== 'protobuf'
        : as.kind === 'PartialObjectMetadata' || as.kind === 'PartialObjectMetadataList'),
  };
}
