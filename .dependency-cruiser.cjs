/** The layers of docs/ARCHITECTURE.md: an import only goes down. Types count as imports. */
const ADAPTERS = ['http', 'whatsapp', 'webhooks', 'storage', 'metrics', 'cluster', 'sink', 'sources', 'tracing'];
const PACKAGE_HOMES = [
  ['@whiskeysockets/baileys', '^src/whatsapp/|^simulator/|^tests/|^bench/'],
  ['@modelcontextprotocol/sdk', '^src/http/mcp/|^src/cli/mcp|^tests/'],
  ['express', '^src/http/|^demo/|^examples/|^bench/|^tests/'],
  ['better-sqlite3', '^src/storage/sqlite/|^tests/|^bench/'],
  ['pg', '^src/storage/postgres/|^src/sink/|^src/sources/|^examples/|^tests/|^bench/'],
  ['@aws-sdk/client-s3', '^src/storage/s3/|^tests/'],
  ['ioredis', '^src/sources/|^tests/'],
  ['prom-client', '^src/metrics/|^tests/'],
  ['@opentelemetry/[^/]+', '^src/tracing/|^tests/'],
  ['axios', '^src/kit/http-client\\.ts$'],
  ['nodemailer', '^src/runtime/notifications/channels/email\\.ts$'],
  ['smtp-server', '^tests/'],
  ['ws', '^simulator/|^tests/'],
];

/** The folders of whatsapp/, the lowest first; those on the same level do not import each other. */
const WHATSAPP_ROOMS = [
  ['proxy'],
  ['baileys'],
  ['addressing'],
  ['messages', 'signal'],
  ['media', 'receive'],
  ['query', 'send', 'pairing', 'history'],
  ['connection'],
];

/** What no folder of http/ imports: the files that put the folders together. */
const HTTP_ASSEMBLY = '^src/http/(server|dispatch|listen|connections)\\.ts$';
/** The folders of http/ that others build on, each with those that it may import. */
const HTTP_ROOMS = {
  images: 'images',
  views: 'views|schemas',
  schemas: 'schemas|files',
  files: 'files',
  access: 'access',
  responses: 'responses',
  live: 'live|access|views',
  dashboard: 'dashboard|responses',
  reference: 'reference|routes|schemas|access|files|views|responses',
};

const never = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const onlyBelow = (layer, allowed) =>
  never(
    `layer-${layer}`,
    `${layer}/ may import ${allowed.join(', ') || 'nothing of ours'}.`,
    { path: `^src/${layer}/` },
    { path: '^src/', pathNot: `^src/(${[layer, ...allowed].join('|')})/` },
  );

const whatsappRules = WHATSAPP_ROOMS.flatMap((rank, at) =>
  rank.map((room) => {
    const below = WHATSAPP_ROOMS.slice(0, at).flat();
    return never(
      `whatsapp-${room}`,
      'A folder of whatsapp/ imports only those below it.',
      { path: `^src/whatsapp/${room}/` },
      { path: '^src/whatsapp/', pathNot: `^src/whatsapp/(settings\\.ts$|(${[room, ...below].join('|')})/)` },
    );
  }),
);

const httpRules = Object.entries(HTTP_ROOMS).map(([room, allowed]) =>
  never(
    `http-${room}`,
    'A folder of http/ imports only those that it builds on.',
    { path: `^src/http/${room}/` },
    { path: '^src/http/[a-z]+/', pathNot: `^src/http/(${allowed})/` },
  ),
);

module.exports = {
  forbidden: [
    never('no-circles', 'A circle has no layer.', {}, { circular: true }),
    onlyBelow('kit', []),
    onlyBelow('domain', ['kit']),
    onlyBelow('ports', ['domain', 'kit']),
    onlyBelow('sessions', ['ports', 'domain', 'kit']),
    // Adapters do not know each other; only http/ calls the core.
    ...ADAPTERS.map((adapter) =>
      onlyBelow(adapter, [...(adapter === 'http' ? ['sessions'] : []), 'ports', 'domain', 'kit']),
    ),
    never(
      'composition',
      'Only the composition imports the composition.',
      { path: `^src/(${[...ADAPTERS, 'sessions', 'ports', 'domain', 'kit'].join('|')})/` },
      { path: '^src/([a-z]+\\.ts$|cli/|config/|runtime/)' },
    ),
    ...whatsappRules,
    never(
      'http-assembly',
      'The folders of http/ do not import what puts them together.',
      { path: '^src/http/[a-z]+/' },
      { path: HTTP_ASSEMBLY },
    ),
    ...httpRules,
    never(
      's3-on-demand',
      "AWS' SDK is loaded only by who keeps files in a bucket.",
      { path: '^src/', pathNot: '^src/storage/s3/' },
      { path: '^src/storage/s3/', pathNot: '^src/storage/s3/settings\\.ts$', dynamic: false },
    ),
    never(
      'tracing-on-demand',
      'OpenTelemetry is loaded only by who has a collector.',
      { path: '^src/', pathNot: '^src/tracing/' },
      { path: '^src/tracing/', pathNot: '^src/tracing/settings\\.ts$', dynamic: false },
    ),
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
