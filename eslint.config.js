import tseslint from 'typescript-eslint';

const size = {
  'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
  complexity: ['error', 10],
  'max-params': ['error', 4],
};

/** Time is handed in (kit/clock.ts), so that tests can move it. */
const handedInTime = {
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'Take a Clock (kit/clock.ts).' },
    { object: 'Math', property: 'random', message: 'Take a Random (kit/random.ts).' },
  ],
  'no-restricted-syntax': [
    'error',
    {
      selector: "NewExpression[callee.name='Date'][arguments.length=0]",
      message: 'Take a Clock (kit/clock.ts).',
    },
  ],
};

/** What the pages take from their browsers. */
const BROWSER_NAMES = [
  'document',
  'navigator',
  'fetch',
  'EventSource',
  'FormData',
  'Option',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'localStorage',
  'location',
  'crypto',
  'queueMicrotask',
  'requestAnimationFrame',
  'Blob',
  'FileReader',
  'performance',
  'addEventListener',
  'scrollTo',
  'AbortController',
  'TextDecoder',
  'URL',
  'URLSearchParams',
  'btoa',
];

export default tseslint.config(
  { ignores: ['node_modules', 'coverage', 'auth_sessions', 'downloads'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      ...size,
      'no-console': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // Node strips `type` names one by one, but still loads the module that they come from.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  { files: ['src/**/*.ts'], rules: handedInTime },
  {
    files: ['src/kit/clock.ts', 'src/kit/random.ts'],
    rules: { 'no-restricted-properties': 'off', 'no-restricted-syntax': 'off' },
  },
  {
    files: [
      'demo/page/*.js',
      'demo/example/page/*.js',
      'examples/backend/page/*.js',
      'src/http/dashboard/page/**/*.js',
      'src/http/reference/page/*.js',
    ],
    languageOptions: { globals: Object.fromEntries(BROWSER_NAMES.map((name) => [name, 'readonly'])) },
    rules: { ...size, 'no-undef': 'error', 'no-unused-vars': 'error', 'no-console': 'error', eqeqeq: 'error' },
  },
  // As long as the interface is: written by npm run openapi.
  {
    files: ['examples/client/client.ts'],
    // Generated: what is allowed beside any text tells its reader more than `string`.
    rules: { 'max-lines': 'off', 'max-params': 'off', '@typescript-eslint/no-redundant-type-constituents': 'off' },
  },
  // Small programs, which tell their user on the console.
  { files: ['examples/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['tests/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // What a server answers has no type before a test says what it expects of it.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
);
