import path from 'node:path';

/**
 * Who may import whom: folder of src → folders (or single modules) of src it may import besides itself. Folders that are not named
 * here (cluster, cli, main) put the parts together and may import everything.
 */
const LAYERS = {
  util: [],
  api: ['util'],
  storage: ['api', 'util'],
  apis: ['api', 'util', 'apiserver/registry/strategy'],
  apiserver: ['storage', 'client', 'api', 'util'],
  client: ['api', 'util'],
  controllers: ['client', 'api', 'util'],
  scheduler: ['client', 'api', 'util'],
  kubelet: ['client', 'api', 'util'],
  network: ['client', 'api', 'util'],
};

/** Packages that belong to few places: pattern → where they may be imported, as patterns over paths below src. */
const PACKAGES = [
  { name: /^@nestjs\//, where: [/^cli\//, /^cluster\//, /^main\.ts$/, /\.module\.ts$/, /^apiserver\/http\/nest-adapter\.ts$/] },
  { name: /^better-sqlite3$/, where: [/^storage\/sqlite\//] },
  { name: /^rxjs(\/|$)/, where: [/^cli\//, /^cluster\//] },
];

/** @type {import('eslint').Rule.RuleModule} */
export default {
  meta: { type: 'problem', schema: [], messages: { layer: '{{from}} may not import {{to}}: it may import {{allowed}}', package: '{{name}} may not be imported in {{from}}' } },
  create(context) {
    const below = context.filename.replaceAll('\\', '/').split('/src/');
    if (below.length < 2) return {};
    const file = below[below.length - 1];
    const layer = file.split('/')[0];

    const check = (source) => {
      if (typeof source?.value !== 'string') return;
      const name = source.value;
      if (!name.startsWith('.')) {
        const rule = PACKAGES.find((p) => p.name.test(name));
        if (rule && !rule.where.some((w) => w.test(file))) context.report({ node: source, messageId: 'package', data: { name, from: file } });
        return;
      }
      const allowed = LAYERS[layer];
      if (!allowed) return;
      const target = path.posix.join(path.posix.dirname(file), name);
      const reachable = [layer, ...allowed].some((a) => target === a || target.startsWith(`${a}/`));
      if (!reachable) context.report({ node: source, messageId: 'layer', data: { from: layer, to: target, allowed: [layer, ...allowed].join(', ') } });
    };
    return {
      ImportDeclaration: (n) => check(n.source),
      ExportNamedDeclaration: (n) => check(n.source),
      ExportAllDeclaration: (n) => check(n.source),
      ImportExpression: (n) => check(n.source),
      TSImportType: (n) => check(n.source ?? n.argument?.literal),
      TSExternalModuleReference: (n) => check(n.expression),
      CallExpression: (n) => {
        if (n.callee.type === 'Identifier' && n.callee.name === 'require') check(n.arguments[0]);
      },
    };
  },
};
