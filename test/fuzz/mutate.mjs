// Changes valid objects where it may hurt: knows their types, and breaks them in ways that decoders and validations have to notice.
import { define } from './shapes.mjs';

/** Every place in `value` as a list of keys, the root left out. */
export function places(value, at = [], out = []) {
  if (value === null || typeof value !== 'object' || out.length > 4000 || at.length > 60) return out;
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    const place = [...at, key];
    out.push(place);
    places(value[key], place, out);
  }
  return out;
}

export function get(value, place) {
  let at = value;
  for (const key of place) at = at?.[key];
  return at;
}

const put = (parent, key, value) => (Array.isArray(parent) ? (parent[key] = value) : define(parent, key, value));
const drop = (parent, key) => (Array.isArray(parent) ? parent.splice(key, 1) : delete parent[key]);

function deep(chance, levels) {
  let v = chance.pick([1, 'x', null]);
  for (let i = 0; i < levels; i++) v = chance.is(0.5) ? [v] : { a: v };
  return v;
}

const otherType = (chance, v) => chance.pick([typeof v === 'string' ? 5 : 'text', [], {}, [v], { a: v }, true, 1.5, '', [null], [[]]]);

const MUTATIONS = {
  drop: (p, key) => drop(p, key),
  null: (p, key) => put(p, key, null),
  type: (p, key, { chance }) => put(p, key, otherType(chance, p[key])),
  scalar: (p, key, { chance, shapes }) => put(p, key, typeof p[key] === 'number' ? shapes.number(chance) : shapes.text(chance)),
  fit: (p, key, { chance, shapes, schema }) => put(p, key, shapes.value(chance, schema)),
  empty: (p, key) => put(p, key, Array.isArray(p[key]) ? [] : typeof p[key] === 'object' ? {} : ''),
  double: (p, key) => (Array.isArray(p) ? p.splice(key, 0, structuredClone(p[key])) : define(p, `${key}x`, structuredClone(p[key]))),
  many: (p, key, { chance }) => Array.isArray(p) && p.push(...Array.from({ length: chance.pick([3, 40, 300]) }, () => structuredClone(p[key]))),
  shuffle: (p) => Array.isArray(p) && p.reverse(),
  rename: (p, key, { chance, shapes }) => {
    if (Array.isArray(p)) return;
    const v = p[key];
    delete p[key];
    define(p, chance.is(0.5) ? key.toUpperCase() : shapes.text(chance), v);
  },
  unknown: (p, key, { chance, shapes }) => !Array.isArray(p) && define(p, chance.pick(['zz', 'status', 'spec', '$patch', 'items', shapes.text(chance)]), chance.pick([1, {}, [], 'x', null])),
  deep: (p, key, { chance }) => put(p, key, deep(chance, chance.pick([5, 50, 300]))),
  graft: (p, key, { chance, root }) => put(p, key, structuredClone(get(root, chance.pick(places(root))))),
  grow: (p, key, { chance, shapes, schema }) => {
    const fields = Object.entries(schema?.properties ?? {});
    const v = p[key];
    if (Array.isArray(v) && schema?.items) v.push(shapes.value(chance, schema.items));
    else if (fields.length && v && typeof v === 'object' && !Array.isArray(v)) {
      const [name, field] = chance.pick(fields);
      define(v, name, shapes.value(chance, field));
    }
  },
};
const WEIGHTS = { drop: 3, null: 2, type: 3, scalar: 6, fit: 6, empty: 2, double: 3, many: 1, shuffle: 1, rename: 1, unknown: 2, deep: 0.3, graft: 2, grow: 9 };
/** What names the object and its kind is mostly left alone: else everything would be refused at once. */
const LARGE = 4000;
const STABLE = new Set(['apiVersion', 'kind', 'metadata']);

/** Applies `count` changes to a copy of `o`. */
export function mutate(chance, shapes, o, count) {
  const root = structuredClone(o);
  const type = shapes.ofKind(o.apiVersion, o.kind);
  for (let i = 0; i < count; i++) {
    const all = places(root);
    let place = chance.pick(all);
    if (!place || all.length > LARGE) break;
    for (let tries = 0; tries < 4 && STABLE.has(place[0]) && !chance.is(0.15); tries++) place = chance.pick(all);
    const key = place.at(-1);
    const schema = place.reduce((s, k) => shapes.child(s, k), type);
    MUTATIONS[chance.weighted(WEIGHTS)](get(root, place.slice(0, -1)), key, { chance, shapes, schema, root });
  }
  return root;
}
