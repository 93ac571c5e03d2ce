/** Globals that read the time, set a timer or draw a random number: function → what to use. */
const GLOBALS = new Map([
  ['setTimeout', 'Clock.after'],
  ['setInterval', 'Clock.every'],
]);

/** The same as members of global objects. */
const MEMBERS = new Map([
  ['Date.now', 'Clock.now'],
  ['Math.random', 'Random.next'],
  ['performance.now', 'Clock.monotonic'],
  ['performance.timeOrigin', 'Clock.monotonic'],
  ['process.hrtime', 'Clock.monotonic'],
  ['process.uptime', 'Clock.monotonic'],
  ['AbortSignal.timeout', 'Clock.after and an AbortController'],
  ['crypto.randomUUID', 'Random.uuid'],
  ['crypto.getRandomValues', 'Random'],
  ['webcrypto.getRandomValues', 'Random'],
]);

/** Modules of Node, and the names in them; undefined: all. */
const MODULES = new Map([
  ['timers', undefined],
  ['timers/promises', undefined],
  ['perf_hooks', undefined],
  ['crypto', new Set(['randomBytes', 'randomInt', 'randomUUID', 'randomFill', 'randomFillSync', 'getRandomValues', 'pseudoRandomBytes'])],
]);

/**
 * No component reads the time, sets a timer or draws a random number except through the injected Clock and Random, so that a
 * cluster's time can be stopped and sped up and a run repeated from its seed. setImmediate and queueMicrotask order work and are no timers.
 * @type {import('eslint').Rule.RuleModule}
 */
export default {
  meta: { type: 'problem', schema: [], messages: { use: '{{what}} is not for components: use the injected {{instead}}' } },
  create(context) {
    const report = (node, what, instead = 'Clock or Random') => context.report({ node, messageId: 'use', data: { what, instead } });
    const isGlobal = (node) => {
      for (let scope = context.sourceCode.getScope(node); scope; scope = scope.upper) {
        const variable = scope.set.get(node.name);
        if (variable) return variable.defs.length === 0;
      }
      return true;
    };
    return {
      Identifier(node) {
        const { parent } = node;
        if (!GLOBALS.has(node.name) || parent.type === 'ImportSpecifier') return;
        const isName = (parent.type === 'MemberExpression' && parent.property === node && !parent.computed) || (parent.type === 'Property' && parent.key === node && !parent.computed);
        const isMember = /^(TS)?(Abstract)?(Method|Property)(Definition|Signature)$/.test(parent.type) && parent.key === node;
        if (!isName && !isMember && isGlobal(node)) report(node, node.name, GLOBALS.get(node.name));
      },
      MemberExpression(node) {
        if (node.object.type !== 'Identifier' || node.property.type !== 'Identifier') return;
        const global = node.object.name === 'globalThis' ? node.property.name : undefined;
        if (global && GLOBALS.has(global)) report(node, global, GLOBALS.get(global));
        const what = `${node.object.name}.${node.property.name}`;
        if (MEMBERS.has(what)) report(node, what, MEMBERS.get(what));
      },
      'NewExpression[callee.name="Date"][arguments.length=0]': (node) => report(node, 'new Date()', 'Clock.now'),
      'CallExpression[callee.name="Date"]': (node) => report(node, 'Date()', 'Clock.now'),
      ImportDeclaration(node) {
        const name = node.source.value.replace(/^node:/, '');
        if (!MODULES.has(name) || node.importKind === 'type') return;
        const banned = MODULES.get(name);
        if (!banned) return report(node, node.source.value);
        for (const s of node.specifiers) if (s.type === 'ImportSpecifier' && banned.has(s.imported.name)) report(s, s.imported.name, 'Random');
      },
    };
  },
};
