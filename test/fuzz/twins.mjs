// The same request to two servers, and what differs in their answers.
import { parse } from 'yaml';

const RFC3339 = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const SUFFIX = /[bcdfghjklmnpqrstvwxz2-9]{5}$/;
/** Fields whose values each server draws for itself. */
const OWN = new Set(['uid', 'resourceVersion', 'creationTimestamp', 'deletionTimestamp', 'time', 'token', 'continue']);
/** Ages in tables. */
const AGE = /^(\d+[smhdy])+$/;
const PORTS = new Set(['nodePort', 'healthCheckNodePort']);
const ADDRESS = /\b(10|172)\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g;

/** Sends to `ours` and `reference`, and translates what ours has drawn into what the reference has drawn. */
export class Twins {
  /** `differs({ request, what, ours, reference })` hears of every difference. */
  constructor(ours, reference, differs) {
    Object.assign(this, { ours, reference, differs, drawn: new Map(), ports: new Map(), apart: false });
  }

  /** Begins with another object: what was drawn for the last one does not matter to it, nor that its two copies had come apart. */
  begin() {
    this.drawn.clear();
    this.ports.clear();
    this.apart = false;
  }

  /** Answers what `ours` answered, parsed, or undefined for an error. */
  async send(request) {
    if (request.cut) return undefined;
    const [a, b] = await Promise.all([this.ours.send(request), this.reference.send(this.translated(request))]);
    const [x, y] = [read(a), read(b)];
    this.learn(x, y);
    const what = difference(a, b, plain(x), plain(y));
    if (what && !this.apart) this.differs({ request, what, ours: { code: a.code, body: x }, reference: { code: b.code, body: y } });
    // Whatever comes after a write that went otherwise is no news.
    if (what && request.method !== 'GET') this.apart = true;
    if (a.code >= 300 || b.code >= 300) return undefined;
    return request.binary ? undefined : x;
  }

  translated(request) {
    let { body, path } = request;
    for (const [from, to] of this.drawn) {
      if (/^\d+$/.test(from)) {
        body = typeof body === 'string' ? body.replaceAll(`"${from}"`, `"${to}"`) : body;
        path = path.replace(`resourceVersion=${from}`, `resourceVersion=${to}`);
      } else {
        body = typeof body === 'string' ? body.replaceAll(from, to) : body;
        path = path.replaceAll(from, to);
      }
    }
    if (typeof body === 'string') for (const [from, to] of this.ports) body = body.replaceAll(from, to);
    return { ...request, body, path };
  }

  learn(x, y) {
    if (typeof x === 'string' && typeof y === 'string') {
      if (x !== y && x.length > 0 && !/^\d{1,2}$/.test(x)) this.drawn.set(x, y);
      return;
    }
    if (x === null || y === null || typeof x !== 'object' || typeof y !== 'object') return;
    for (const k of Object.keys(x)) {
      if (!(k in y)) continue;
      if (typeof x[k] === 'object') this.learn(x[k], y[k]);
      else if (PORTS.has(k) && x[k] !== y[k]) this.ports.set(`:${x[k]}`, `:${y[k]}`);
      else if (k === 'uid' || k === 'resourceVersion' || k === 'clusterIP' || (k === 'name' && SUFFIX.test(x[k]))) this.learn(x[k], y[k]);
    }
  }
}

function read({ headers, body }) {
  const type = headers['content-type'] ?? '';
  if (Buffer.isBuffer(body) || type.includes('protobuf')) return '<bytes>';
  try {
    if (type.startsWith('application/json')) return JSON.parse(body);
    if (type.startsWith('application/yaml')) return parse(body, { maxAliasCount: -1 });
  } catch {
    return `<not to be parsed> ${body.slice(0, 200)}`;
  }
  return body;
}

/** A value with what each server draws for itself replaced. */
function plain(v, key) {
  if (typeof v === 'string') {
    if (OWN.has(key) && v !== '' && v !== '0') return `<${key}>`;
    if (AGE.test(v)) return '<age>';
    return v.replace(RFC3339, '<time>').replace(UUID, '<uid>').replace(ADDRESS, '<ip>').replace(/(?<=[-"])[bcdfghjklmnpqrstvwxz2-9]{5}\b/g, '<rand>').replace(/\b\d{2,}(?=\))/g, '<n>');
  }
  if (typeof v === 'number' && PORTS.has(key) && v >= 30000 && v <= 32767) return '<nodePort>';
  if (Array.isArray(v)) return v.map((e) => plain(e, key));
  if (v && typeof v === 'object') return Object.fromEntries(Object.entries(v).flatMap(([k, e]) => (omitted(k, v) ? [] : [[plain(k), plain(e, k)]])));
  return v;
}

/** Descriptions of columns, and how whoever asks has proved who he is. */
function omitted(key, o) {
  return (key === 'description' && 'priority' in o) || (key === 'extra' && o.extra !== null && typeof o.extra === 'object' && 'authentication.kubernetes.io/credential-id' in o.extra);
}

/** The first thing that differs, in words. */
function difference(a, b, x, y) {
  if (a.code !== b.code) return `code ${a.code}, not ${b.code}: ${brief(x)} / ${brief(y)}`;
  const type = (r) => (r.headers['content-type'] ?? '').replace(/;\s*charset=[\w-]+/i, '');
  if (type(a) !== type(b)) return `content type ${type(a)}, not ${type(b)}`;
  const warning = (r) => plain(r.headers.warning ?? '');
  if (warning(a) !== warning(b)) return `warning ${warning(a)}, not ${warning(b)}`;
  return firstDifference(x, y, '');
}

function brief(v) {
  return v && typeof v === 'object' ? (v.message ?? v.kind) : String(v).slice(0, 300);
}

function firstDifference(x, y, at) {
  if (x === y) return undefined;
  if (x === null || y === null || typeof x !== 'object' || typeof y !== 'object' || Array.isArray(x) !== Array.isArray(y)) return `${at}: ${JSON.stringify(x)?.slice(0, 1500)}, not ${JSON.stringify(y)?.slice(0, 1500)}`;
  if (Array.isArray(x) && x.length !== y.length) return `${at}: ${x.length} elements, not ${y.length}: ${JSON.stringify(x).slice(0, 700)}, not ${JSON.stringify(y).slice(0, 700)}`;
  for (const k of new Set([...Object.keys(x), ...Object.keys(y)])) {
    const d = firstDifference(x[k], y[k], Array.isArray(x) ? `${at}[]` : `${at}.${k}`);
    if (d) return d;
  }
  return undefined;
}
