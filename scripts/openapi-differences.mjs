// How two OpenAPI documents differ, prose apart: a line for every path, operation, definition or field.

/** Removes descriptions and what depends on their being there. */
function plain(v, key) {
  if (Array.isArray(v)) {
    const items = v.map((x) => plain(x));
    return key === 'parameters' ? items.sort((a, b) => (label(a) < label(b) ? -1 : 1)) : ['consumes', 'produces', 'required', 'x-kubernetes-group-version-kind'].includes(key) ? items.map((i) => JSON.stringify(i)).sort() : items;
  }
  if (v === null || typeof v !== 'object') return v;
  const out = {};
  for (const k of Object.keys(v).sort()) {
    if (k === 'description' && (typeof v[k] === 'string' || v[k] === undefined)) continue;
    // A reference stands in allOf as soon as it has a description.
    if (k === 'allOf' && v[k].length === 1 && v[k][0].$ref) out.$ref = v[k][0].$ref;
    else out[k] = plain(v[k], k);
  }
  return out;
}

const label = (p) => `${p.name} ${p.in}`;

/** Parameters of v2 documents may be shared; each is put where it is used. */
function resolve(document) {
  if (!document.parameters) return document;
  const one = (p) => (p.$ref ? document.parameters[p.$ref.replace('#/parameters/', '')] : p);
  const paths = {};
  for (const [path, item] of Object.entries(document.paths)) {
    paths[path] = {};
    for (const [key, v] of Object.entries(item)) paths[path][key] = key === 'parameters' ? v.map(one) : v.parameters ? { ...v, parameters: v.parameters.map(one) } : v;
  }
  const rest = { ...document, paths };
  delete rest.parameters;
  return rest;
}

/** Differences under `want` and `got`, e.g. 'definitions io.k8s…Pod spec: …'. `part`: 'paths' or 'definitions'. */
export function* documentDifferences(want, got, part) {
  const pick = (d) => plain(part === 'paths' ? resolve(d).paths : (d.definitions ?? d.components?.schemas ?? {}));
  yield* differences(pick(want), pick(got), []);
}

function* differences(want, got, at) {
  if (want !== null && got !== null && typeof want === 'object' && typeof got === 'object' && Array.isArray(want) === Array.isArray(got)) {
    for (const k of new Set([...Object.keys(want), ...Object.keys(got)])) {
      const step = [...at, Array.isArray(want) && want[k]?.name ? want[k].name : k];
      if (!(k in got)) yield `${step.join(' ')}: missing`;
      else if (!(k in want)) yield `${step.join(' ')}: not wanted`;
      else yield* differences(want[k], got[k], step);
    }
  } else if (want !== got) {
    yield `${at.join(' ')}: is ${JSON.stringify(got)}, wanted ${JSON.stringify(want)}`;
  }
}
