// What a .cpuprofile says: a tree of functions with the time in them, and the largest of them by their own and by their inclusive time.
import fs from 'node:fs';
import { SourceMap } from 'node:module';
import path from 'node:path';

/** The native functions of Node that write to a socket; under TLS they encrypt, too. */
const WRITES = new Set(['writeBuffer', 'writev', 'writeUtf8String', 'writeLatin1String', 'writeAsciiString', 'writeUcs2String']);
const SPECIAL = new Map([
  ['(garbage collector)', 'garbage collection'],
  ['(program)', 'outside JavaScript: reading sockets, TLS, libuv'],
]);
const NODE_PARTS = [
  [/^node:(_http_|internal\/http)/, 'node: HTTP'],
  [/^node:(_tls|internal\/tls|tls|net$|internal\/stream|_stream|stream|internal\/net)/, 'node: sockets and streams'],
  [/^node:(internal\/timers|timers|internal\/process\/task_queues|internal\/async_hooks|async_hooks)/, 'node: timers, ticks, async hooks'],
  [/^node:(buffer|internal\/buffer)/, 'node: Buffer'],
  [/^node:(internal\/worker|internal\/per_context\/messageport|internal\/event_target)/, 'node: messages between threads'],
];

/** Says what functions of the build in `dist` are called in the sources. */
export class Names {
  #maps = new Map();

  /** @param dist the folder of the build */
  constructor(dist) {
    this.dist = dist;
  }

  /** `{ label, area }` of a call frame: functions of ours with their source file, those without a name with the line; others by what they do. */
  of({ functionName, url, lineNumber, columnNumber }) {
    const special = SPECIAL.get(functionName);
    if (special) return { label: special, area: special.split(':')[0] };
    if (url === '') return WRITES.has(functionName) ? { label: 'writing to sockets, TLS', area: 'writing' } : { label: `native: ${functionName || 'function'}`, area: 'native' };
    if (url.startsWith('node:')) return { label: NODE_PARTS.find(([re]) => re.test(url))?.[1] ?? 'node: others', area: 'node' };
    const file = url.replace(/^file:\/\//, '');
    const parcel = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
    if (parcel) return { label: `${functionName || 'function'} (${parcel})`, area: 'packages' };
    const relative = path.relative(this.dist, file);
    if (relative.startsWith('..')) return { label: `${functionName || 'function'} (${path.basename(file)})`, area: 'others' };
    const source = relative.replace(/\.js$/, '.ts');
    const area = source.split('/').slice(0, /^(apiserver|api|client|kubelet|scheduler|storage)\/.*\//.test(source) ? 2 : 1).join('/');
    const line = functionName ? '' : `:${this.#line(relative, lineNumber, columnNumber)}`;
    return { label: `${functionName || 'function'} (${source}${line})`, area };
  }

  /** The line in the source, counted from 1; that of the build where it has no source map. */
  #line(relative, line, column) {
    let map = this.#maps.get(relative);
    if (map === undefined) {
      const file = path.join(this.dist, `${relative}.map`);
      map = fs.existsSync(file) ? new SourceMap(JSON.parse(fs.readFileSync(file, 'utf8'))) : null;
      this.#maps.set(relative, map);
    }
    return (map?.findEntry(line, column)?.originalLine ?? line) + 1;
  }
}

const child = (parent, { label, area }) => {
  let c = parent.children.get(label);
  if (!c) parent.children.set(label, (c = { label, area, self: 0, total: 0, children: new Map() }));
  return c;
};

/**
 * The tree of a profile, in microseconds: `{ label, area, self, total, children: Map }`, functions of one name under one caller together, idle
 * time left out. A run of Node's own frames of one part is one frame.
 */
export function callTree(profile, names) {
  const own = new Map();
  // A sample lasts until the next.
  for (let i = 0; i + 1 < profile.samples.length; i++) own.set(profile.samples[i], (own.get(profile.samples[i]) ?? 0) + Math.max(0, profile.timeDeltas[i + 1]));
  const nodes = new Map(profile.nodes.map((n) => [n.id, n]));
  const tree = { label: 'all', area: 'all', self: 0, total: 0, children: new Map() };
  const walk = (node, parent) => {
    if (node.callFrame.functionName === '(idle)') return;
    const at = node.callFrame.functionName === '(root)' ? undefined : names.of(node.callFrame);
    const into = at === undefined || at.label === parent.label ? parent : child(parent, at);
    into.self += own.get(node.id) ?? 0;
    for (const id of node.children ?? []) walk(nodes.get(id), into);
  };
  walk(profile.nodes[0], tree);
  const sum = (n) => (n.total = [...n.children.values()].reduce((s, c) => s + sum(c), n.self));
  sum(tree);
  return tree;
}

const largest = (times, total) =>
  [...times]
    .map(([name, time]) => ({ name, share: time / total }))
    .sort((a, b) => b.share - a.share);

/** What a function has to keep of its time to be listed with its inclusive time: the others only pass on to one other. */
const KEPT = 0.12;

/**
 * `{ self, inclusive, areas }` of a tree, the largest first, as `{ name, share }`. Inclusive times are those of functions of ours, a recursion
 * counted once, without those that spend nearly all of it in one other.
 */
export function costs(tree) {
  const self = new Map();
  const areas = new Map();
  const inclusive = new Map();
  /** By function: the time in each that it calls. */
  const called = new Map();
  const add = (map, key, time) => map.set(key, (map.get(key) ?? 0) + time);
  const walk = (n, above) => {
    add(self, n.label, n.self);
    add(areas, n.area, n.self);
    const first = !above.has(n.label);
    if (first && /\.ts(:\d+)?\)$/.test(n.label)) {
      add(inclusive, n.label, n.total);
      if (!called.has(n.label)) called.set(n.label, new Map());
      for (const c of n.children.values()) add(called.get(n.label), c.label, c.total);
    }
    if (first) above.add(n.label);
    for (const c of n.children.values()) walk(c, above);
    if (first) above.delete(n.label);
  };
  walk(tree, new Set());
  for (const [label, callees] of called) if (Math.max(0, ...callees.values()) > inclusive.get(label) * (1 - KEPT)) inclusive.delete(label);
  return { self: largest(self, tree.total), inclusive: largest(inclusive, tree.total), areas: largest(areas, tree.total) };
}
