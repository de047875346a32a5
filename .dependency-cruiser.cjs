/** The floors of docs/ARCHITECTURE.md: an import only goes down. Types count as imports. */
const DOORS = ['http', 'whatsapp', 'callbacks', 'storage', 'metrics'];
const PACKAGE_HOMES = [
  ['@whiskeysockets/baileys', '^src/whatsapp/|^simulator/|^tests/|^bench/'],
  ['express', '^src/http/|^demo/|^examples/|^tests/'],
  ['better-sqlite3', '^src/storage/|^tests/'],
  ['prom-client', '^src/metrics/|^tests/'],
  ['ws', '^simulator/|^tests/'],
];

const never = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    never('no-circles', 'A circle has no floor.', {}, { circular: true }),
    never('ground', 'kit/ stands on nothing of ours.', { path: '^src/kit/' }, { path: '^src/', pathNot: '^src/kit/' }),
    never(
      'words',
      'domain/ may use kit/ only.',
      { path: '^src/domain/' },
      { path: '^src/', pathNot: '^src/(domain|kit)/' },
    ),
    never(
      'core',
      'sessions/ may use domain/ and kit/ only.',
      { path: '^src/sessions/' },
      { path: '^src/', pathNot: '^src/(sessions|domain|kit)/' },
    ),
    ...DOORS.map((door) =>
      never(
        `door-${door}`,
        'Doors do not know each other; only http/ calls the core.',
        { path: `^src/${door}/` },
        { path: '^src/', pathNot: `^src/(${door}|domain|kit${door === 'http' ? '|sessions' : ''})/` },
      ),
    ),
    never('config', 'Only the roof reads config.ts.', { path: '^src/[a-z]+/' }, { path: '^src/[a-z]+\\.ts$' }),
    never(
      'simulator',
      'The simulator knows nothing of the orchestrator.',
      { path: '^simulator/' },
      { path: '^(src|demo|tests)/' },
    ),
    never(
      'product',
      'The product knows nothing of its simulator.',
      { path: '^src/' },
      { path: '^(simulator|demo|tests|bench|examples)/' },
    ),
    never(
      'examples',
      'Examples know of the product what everybody knows: its REST interface and its callbacks.',
      { path: '^examples/' },
      { path: '^(src|simulator|demo|tests)/' },
    ),
    ...PACKAGE_HOMES.map(([name, home]) =>
      never(`home-${name}`, `${name} has one home.`, { pathNot: home }, { path: `node_modules/${name}/` }),
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types'],
    },
  },
};
