/** Parts of the paths of test files that take many seconds, the longest first. */
const LONG = [
  'dashboard/',
  'nothing-lost',
  'operations/process',
  'demo/',
  'storage/moving',
  'api/refusals',
  'operations/rotate-master-key',
  'examples/backend',
  'contracts/seed',
  'postgres/cluster/broken',
  'postgres/cluster/fence',
  'docs/documented-commands',
  'contracts/storage/callback-queue',
  'journeys/media/',
  'operations/keys',
  'postgres/cluster/',
  'tests/packages/',
  'bench/',
];

/**
 * Has Jest run long files first: otherwise the workers wait for the last one at the end. Jest itself knows what takes long only
 * after a run on the same machine.
 */
export default class LongestFirst {
  sort(tests) {
    return tests
      .map((test) => ({ test, rank: rankOf(test.path) }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ test }) => test);
  }

  cacheResults() {}

  async allFailedTests(tests) {
    return tests;
  }

  shard(tests) {
    return tests;
  }
}

function rankOf(path) {
  const rank = LONG.findIndex((part) => path.includes(part));
  return rank < 0 ? LONG.length : rank;
}
