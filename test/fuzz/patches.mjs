// Patches for an object: mostly to places that exist, with directives where they belong and where they do not.
import { get, mutate, places } from './mutate.mjs';
import { define } from './shapes.mjs';

export const PATCH_TYPES = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json', 'application/apply-patch+yaml'];

/** `value` at `place` and nothing else; lists on the way hold the one element, with its name when `keyed`. */
function nest(root, place, value, keyed) {
  let out = value;
  for (let i = place.length - 1; i >= 0; i--) {
    const key = place[i];
    if (typeof key === 'number') {
      const element = get(root, place.slice(0, i + 1));
      const own = out !== null && typeof out === 'object' && !Array.isArray(out) ? out : undefined;
      if (keyed && own && element !== null && typeof element === 'object') for (const k of ['name', 'key', 'containerPort', 'port', 'mountPath', 'ip', 'type', 'topologyKey', 'uid']) if (k in element && !(k in own)) own[k] = element[k];
      out = [out];
    } else out = define({}, key, out);
  }
  return out;
}

function changed(chance, shapes, o) {
  const all = places(o);
  const place = chance.pick(all);
  const type = shapes.ofKind(o.apiVersion, o.kind);
  const schema = place.reduce((s, k) => shapes.child(s, k), type);
  const value = chance.weighted({ null: 1, fit: 4, same: 2, other: 2 });
  return { place, value: value === 'null' ? null : value === 'fit' ? shapes.value(chance, schema) : value === 'same' ? structuredClone(get(o, place)) : structuredClone(get(o, chance.pick(all))) };
}

/** Puts a directive of strategic merge into some object of the patch. */
function direct(chance, patch) {
  const objects = [patch, ...places(patch).map((p) => get(patch, p))].filter((v) => v && typeof v === 'object' && !Array.isArray(v));
  const o = chance.pick(objects);
  const field = chance.pick([...Object.keys(o).filter((k) => !k.startsWith('$')), 'containers', 'finalizers', 'ports', 'zz']);
  const list = Array.isArray(o[field]) ? o[field].map((e) => chance.pick([e, { name: e?.name }, 'a', 1, null])) : chance.pick([[], ['a'], [{ name: 'a' }], 'x', null, {}]);
  switch (chance.below(4)) {
    case 0:
      return define(o, '$patch', chance.pick(['delete', 'replace', 'merge', 'other', '', null, 1, {}]));
    case 1:
      return define(o, '$retainKeys', chance.pick([Object.keys(o), [], ['type'], 'x', null, [1]]));
    case 2:
      return define(o, `$setElementOrder/${field}`, list);
    default:
      return define(o, `$deleteFromPrimitiveList/${field}`, list);
  }
}

function merge(chance, shapes, o, keyed) {
  const out = {};
  for (let i = 1 + chance.below(3); i > 0; i--) {
    const { place, value } = changed(chance, shapes, o);
    Object.assign(out, nest(o, place, value, keyed));
  }
  return out;
}

const pointer = (place) => place.map((k) => `/${String(k).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

function operation(chance, shapes, o) {
  const { place, value } = changed(chance, shapes, o);
  const path = chance.weighted({ good: 12, end: 3, bad: 2 });
  const at = path === 'good' ? pointer(place) : path === 'end' ? `${pointer(place)}/${chance.pick(['-', '0', '-1', '99', '1e3', '', '~2', '__proto__', 'zz'])}` : chance.pick(['', '/', '//', 'metadata', '/metadata/-', '/~', 5, null, {}]);
  const op = { op: chance.pick(['add', 'add', 'replace', 'replace', 'remove', 'test', 'copy', 'move', 'ADD', '', null]), path: at, value, from: pointer(chance.pick(places(o))) };
  for (const k of ['value', 'from', 'path', 'op']) if (chance.is(0.08)) delete op[k];
  return op;
}

/** A patch of `type` as text. */
export function patch(chance, shapes, type, seed, live) {
  if (chance.is(0.03)) return chance.pick(['', 'null', '[]', '{}', '1', '"x"', '{', '[{}]', '[null]', '\u0000', '{"a":1,"a":2}']);
  if (type === PATCH_TYPES[0]) return JSON.stringify(Array.from({ length: 1 + chance.below(4) }, () => operation(chance, shapes, live)));
  if (type === PATCH_TYPES[1]) return JSON.stringify(merge(chance, shapes, live, false));
  if (type === PATCH_TYPES[2]) {
    const p = merge(chance, shapes, live, chance.is(0.8));
    for (let i = chance.below(3); i > 0; i--) direct(chance, p);
    return JSON.stringify(p);
  }
  return JSON.stringify(mutate(chance, shapes, applied(seed, live), chance.pick([0, 0, 1, 2, 4])));
}

/** The seed under the live object's name. */
function applied(seed, live) {
  const o = structuredClone(seed);
  o.metadata = { ...o.metadata, name: live.metadata.name };
  return o;
}
