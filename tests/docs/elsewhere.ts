/** Where a command is tried, when not here: a file, and what in it does so. */
interface Proof {
  /** How the command begins. */
  begins: string;
  file: string;
  says: string;
}

/**
 * The commands that are not typed here: they clone, install or test the project itself, run until they are stopped, or need Docker. Each has
 * its proof in another file, or, for Docker, what can be checked without.
 */
export const ELSEWHERE: readonly Proof[] = [
  { begins: 'git clone', file: '.ci/run', says: 'on a clean checkout' },
  { begins: 'npm ci', file: '.ci/run', says: 'npm ci' },
  { begins: 'npm test', file: 'package.json', says: '&& npm test"' },
  { begins: 'npm run check', file: '.ci/run', says: 'npm run check' },
  { begins: 'npm run format:write', file: 'package.json', says: '"format:write"' },
  { begins: 'npm run demo', file: 'tests/demo/demo-check.test.ts', says: "'--check'" },
  { begins: 'npm run chaos', file: 'tests/chaos/command-line.test.ts', says: '--seed' },
  { begins: 'npm run bench', file: 'tests/bench/bench.test.ts', says: '--quick' },
  { begins: 'npm run simulator', file: 'tests/simulator/program.test.ts', says: '--control-port' },
  { begins: 'npm run example:backend', file: 'tests/examples/backend.test.ts', says: 'ExampleBackend' },
  { begins: 'npm start', file: 'tests/harness/orchestrator-process.ts', says: 'bin/whatsapp-orchestrator.js' },
  { begins: 'NODE_ENV=production npm start', file: 'tests/journeys/operations/process.test.ts', says: "'production'" },
  { begins: 'cp .env.example .env', file: 'tests/house/settings-documented.test.ts', says: 'parse(example)' },
  { begins: 'cp examples/backend/.env.example', file: 'tests/examples/backend-files.test.ts', says: '.env.example' },
  { begins: 'cd examples/backend', file: 'tests/examples/backend-files.test.ts', says: 'compose.yaml' },
  { begins: 'docker compose', file: 'tests/examples/backend-files.test.ts', says: 'compose.yaml' },
  { begins: 'docker ', file: 'tests/house/dockerfile.test.ts', says: 'the Dockerfile' },
];

/** Whether a command is tried in another place. */
export function isTriedElsewhere(command: string): boolean {
  return ELSEWHERE.some(({ begins }) => command.startsWith(begins));
}
