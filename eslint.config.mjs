import tseslint from 'typescript-eslint';
import injectedOnly from './scripts/lint/injected-only.mjs';
import layers from './scripts/lint/layers.mjs';

/** Where time and chance come from, and what measures the process itself. Keys and tokens must be unpredictable even in a run repeated from its seed. */
const sourcesOfChance = ['src/util/system-clock.ts', 'src/util/random.ts', 'src/util/event-loop.ts', 'src/cluster/pki.ts', 'src/cluster/x509.ts'];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '**/generated/'] },
  tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.mts'],
    languageOptions: { parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [{ from: 'package', package: 'vitest', name: ['describe', 'it', 'test'] }] }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/await-thenable': 'error',
      // Walking down a tree begins at this.
      '@typescript-eslint/no-this-alias': 'off',
      'no-control-regex': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_', ignoreRestSiblings: true }],
    },
  },
  {
    // The rules of the house need no types, and test/lint checks them too.
    files: ['src/**/*.ts'],
    plugins: { house: { rules: { layers, 'injected-only': injectedOnly } } },
    rules: { 'house/layers': 'error', 'house/injected-only': 'error' },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 350, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', { selector: 'ExportAllDeclaration', message: 'No barrels: import what is needed from where it is.' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  { files: sourcesOfChance, rules: { 'house/injected-only': 'off' } },
  { files: ['**/*.cjs', 'bin/*.js'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
);
