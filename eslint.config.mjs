import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** A spread of a literal says nothing that the literal's own members would not say. */
const spreadLiteral = {
  selector: 'SpreadElement > :matches(ObjectExpression, ArrayExpression)',
  message: 'Write the members of the literal where they are spread.',
};

/** A constructor has no other way to be private. */
const privateKeyword = {
  selector:
    ':matches(PropertyDefinition, MethodDefinition[kind!="constructor"], TSParameterProperty)[accessibility=/private|protected/]',
  message: 'Write #name: JavaScript keeps it private at run time as well.',
};

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.sluice/', 'coverage/', 'web/**/*.mjs'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'chaos/**/*.ts', 'web/**/*.ts', 'web/**/*.tsx'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only: a name can be searched for.' },
        spreadLiteral,
        privateKeyword,
      ],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['warn', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 3],
      'max-depth': ['error', 3],
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { require: 'readonly', exports: 'writable' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  { files: ['**/*.mjs'], rules: { 'no-restricted-syntax': ['error', spreadLiteral] } },
  {
    // A plain throw in workflow code fails the workflow task for ever and leaves the run silently stuck.
    files: ['src/workflows/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        spreadLiteral,
        privateKeyword,
        {
          selector: 'ThrowStatement > NewExpression[callee.name="Error"]',
          message: 'Workflow code throws ApplicationFailure with a type from contracts/errors.ts.',
        },
      ],
    },
  },
  {
    // The tests of one subject stand together, and a table of cases is long without being deep.
    files: ['test/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      // A row of a table of cases is its columns.
      'max-params': ['error', 4],
    },
  },
  {
    files: ['web/push-worker.js'],
    languageOptions: {
      globals: {
        addEventListener: 'readonly',
        clients: 'readonly',
        location: 'readonly',
        registration: 'readonly',
        URL: 'readonly',
      },
    },
  },
  {
    // Markup counts as lines of a component.
    files: ['web/**/*.tsx'],
    rules: { 'max-lines-per-function': ['error', { max: 100, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: ['src/workflows/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    files: [
      'scripts/**/*.mjs',
      'examples/*.mjs',
      'bench/**/*.ts',
      'chaos/**/*.ts',
      'src/cli/**/*.ts',
      'src/dev/**/*.ts',
      'test/support/**/*.{ts,mjs}',
    ],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        fetch: 'readonly',
      },
    },
    rules: { 'no-console': 'off' },
  },
);
