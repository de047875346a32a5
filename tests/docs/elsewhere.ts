/** The test of a command that is not run here. */
interface ElsewhereTest {
  /** The start of the command. */
  begins: string;
  file: string;
  /** The text in the file that shows it. */
  contains: string;
}

/**
 * The commands that are not run here: they install or test the project itself, run until they are stopped, or need Docker. Another
 * file tests each of them; for Docker, as far as possible without it.
 */
export const ELSEWHERE: readonly ElsewhereTest[] = [
  { begins: 'npm ci', file: '.ci/run', contains: 'npm ci' },
  { begins: 'npm test', file: 'package.json', contains: '&& npm test"' },
  { begins: 'npm run check', file: '.ci/run', contains: 'npm run check' },
  { begins: 'npm run format:write', file: 'package.json', contains: '"format:write"' },
  { begins: 'npm run demo', file: 'tests/demo/demo-check.test.ts', contains: "'--check'" },
  { begins: 'npm run chaos', file: 'tests/chaos/command-line.test.ts', contains: '--seed' },
  { begins: 'npm run bench', file: 'tests/bench/bench.test.ts', contains: '--quick' },
  { begins: 'npm run simulator', file: 'tests/simulator/program.test.ts', contains: '--control-port' },
  { begins: 'npm run example:backend', file: 'tests/examples/backend.test.ts', contains: 'ExampleBackend' },
  { begins: 'npm start', file: 'tests/harness/orchestrator-process.ts', contains: 'bin/whatsapp-orchestrator.js' },
  {
    begins: 'NODE_ENV=production npm start',
    file: 'tests/journeys/operations/process.test.ts',
    contains: "'production'",
  },
  { begins: 'cp .env.example .env', file: 'tests/house/settings-documented.test.ts', contains: 'parse(example)' },
  {
    begins: 'cp examples/backend/.env.example',
    file: 'tests/examples/backend-files.test.ts',
    contains: '.env.example',
  },
  { begins: 'cd examples/backend', file: 'tests/examples/backend-files.test.ts', contains: 'compose.yaml' },
  { begins: 'docker compose', file: 'tests/examples/backend-files.test.ts', contains: 'compose.yaml' },
  { begins: 'docker ', file: 'tests/house/dockerfile.test.ts', contains: 'the Dockerfile' },
];

/** Whether another file tests a command. */
export function isTestedElsewhere(command: string): boolean {
  return ELSEWHERE.some(({ begins }) => command.startsWith(begins));
}
