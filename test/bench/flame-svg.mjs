// A call tree as a flame graph: one SVG without scripts, callers below, the width of a frame its share of the time.
const WIDTH = 1200;
const ROW = 17;
const TOP = 46;
/** Of a letter in the frames, at 11 px. */
const LETTER = 6.5;
const MIN_SHARE = 0.003;
const MAX_BYTES = 80_000;

const COLOURS = [
  [/^apiserver\/http$/, '#f6b26b', 'HTTP'],
  [/^apiserver/, '#ffd966', 'API server'],
  [/^apis?(\/|$)/, '#fff2b0', 'API types'],
  [/^storage/, '#b6d7a8', 'storage'],
  [/^client/, '#a2d5c6', 'informers'],
  [/^controllers/, '#9fc5e8', 'controllers'],
  [/^scheduler/, '#a4b8f0', 'scheduler'],
  [/^kubelet/, '#c9b8ec', 'kubelet'],
  [/^garbage collection$/, '#ea9999', 'garbage collection'],
  [/^(writing|outside JavaScript)$/, '#f4c7c3', 'sockets, TLS'],
  [/./, '#dddddd', 'Node, packages, others'],
];
const colourOf = (area) => COLOURS.findIndex(([re]) => re.test(area));
const escaped = (s) => s.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
const percent = (share) => `${(share * 100).toFixed(1)} %`;

/** The frames of a tree that are at least `min` of it: `{ label, area, share, x (0 … 1), depth }`, siblings from the widest. */
export function frames(tree, min = MIN_SHARE) {
  const all = [];
  const place = (node, x, depth) => {
    for (const c of [...node.children.values()].sort((a, b) => b.total - a.total)) {
      const share = c.total / tree.total;
      if (share < min) break;
      all.push({ label: c.label, area: c.area, share, x, depth });
      place(c, x, depth + 1);
      x += share;
    }
  };
  if (tree.total > 0) place(tree, 0, 0);
  return all;
}

/** What fits into a frame of a label: the whole, the function's name alone, its beginning, or nothing. */
function fitting(label, width) {
  const letters = Math.floor((width - 4) / LETTER);
  if (label.length <= letters) return label;
  const name = label.startsWith('function (') ? label : label.replace(/ \(.*/, '');
  if (name.length <= letters) return name;
  return letters < 4 ? '' : `${name.slice(0, letters - 1)}…`;
}

function legend(used) {
  let x = 2;
  return COLOURS.map(([, , text], i) => {
    if (!used.has(i)) return '';
    const at = x;
    x += text.length * LETTER + 26;
    return `<rect class="c${i}" x="${at}" y="26" width="10" height="10"/><text x="${at + 14}" y="35">${text}</text>`;
  }).join('');
}

function draw(tree, title, min) {
  const all = frames(tree, min);
  const rows = all.reduce((most, f) => Math.max(most, f.depth + 1), 1);
  const height = TOP + rows * ROW;
  const used = new Set(all.map((f) => colourOf(f.area)));
  const drawn = all.map((f) => {
    const [x, width, y] = [f.x * WIDTH, f.share * WIDTH, height - (f.depth + 1) * ROW];
    const text = fitting(f.label, width);
    const rect = `<rect class="c${colourOf(f.area)}" x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 1}"/>`;
    return `<g><title>${escaped(f.label)} ${percent(f.share)}</title>${rect}${text && `<text x="${(x + 2).toFixed(1)}" y="${y + 12}">${escaped(text)}</text>`}</g>`;
  });
  const style = `text{font:11px sans-serif;fill:#222}.t{font-size:14px}rect{stroke:#fff;stroke-width:.5}${[...used].map((i) => `.c${i}{fill:${COLOURS[i][1]}}`).join('')}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"><style>${style}</style><rect width="${WIDTH}" height="${height}" fill="#fff"/><text class="t" x="2" y="16">${escaped(title)}</text>${legend(used)}\n${drawn.join('\n')}\n</svg>\n`;
}

/** The flame graph of a tree of `callTree`. Frames too narrow to see are left out, and of a large graph more of them, so that it stays below 80 kB. */
export function flameSvg(tree, title) {
  for (let min = MIN_SHARE; ; min *= 1.3) {
    const svg = draw(tree, title, min);
    if (Buffer.byteLength(svg) <= MAX_BYTES) return svg;
  }
}
