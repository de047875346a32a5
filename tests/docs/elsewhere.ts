/** The test of a command that is not run here. */
interface ElsewhereTest {
  /** The start of the command. */
  prefix: string;
  file: string;
  /** The text in the file that shows it. */
  contains: string;
}

/**
 * The commands that are not run here: they clone, install or test the project itself, run until they are stopped, or need Docker, Kubernetes or the network. Another
 * file tests each of them; for Docker, as far as possible without it.
 */
export const ELSEWHERE: readonly ElsewhereTest[] = [
  // There is no draft with the id of the page.
  {
    prefix: 'curl -H "Authorization: Bearer $API_KEY" -X POST localhost:3000/drafts/',
    file: 'tests/api/drafts.test.ts',
    contains: '/approve`',
  },
  { prefix: 'git clone', file: '.ci/run', contains: 'on a clean checkout' },
  { prefix: 'npm ci', file: '.ci/run', contains: 'npm ci' },
  { prefix: 'npm test', file: 'package.json', contains: '&& npm test"' },
  { prefix: 'npm run test:postgres', file: 'package.json', contains: '"test:postgres": "STORAGE=postgres' },
  { prefix: 'npm run check', file: '.ci/run', contains: 'npm run check' },
  {
    prefix: 'npm run check-backend',
    file: 'tests/unit/cli/check-backend.test.ts',
    contains: "'../../../src/cli/check-backend.ts'",
  },
  {
    prefix: 'npm run backup',
    file: 'tests/unit/cli/backup.test.ts',
    contains: 'runBackupCommand([target], environment)',
  },
  // It would also ask the backend of these tests.
  { prefix: 'npm run doctor', file: 'tests/unit/cli/doctor.test.ts', contains: 'runDoctorCommand' },
  { prefix: 'npm run import', file: 'tests/unit/cli/import.test.ts', contains: 'runImportCommand(' },
  { prefix: 'npm run move-storage', file: 'tests/unit/cli/move-storage.test.ts', contains: 'runMoveCommand(' },
  { prefix: 'node backend.mjs', file: 'tests/docs/documented-commands.test.ts', contains: "'node backend.mjs'" },
  {
    prefix: 'python3 -m http.server',
    file: 'tests/docs/documented-commands.test.ts',
    contains: "'python3 -m http.server",
  },
  { prefix: 'npm run audit', file: 'package.json', contains: '"audit": "npm audit' },
  { prefix: 'npm run format:write', file: 'package.json', contains: '"format:write"' },
  { prefix: 'npm run demo', file: 'tests/demo/demo-check.test.ts', contains: "'--check'" },
  { prefix: 'npm run chaos', file: 'tests/chaos/command-line.test.ts', contains: '--seed' },
  { prefix: 'npm run bench', file: 'tests/bench/bench.test.ts', contains: '--quick' },
  { prefix: 'npm run simulator', file: 'tests/simulator/program.test.ts', contains: 'simulator/main.ts' },
  { prefix: 'npx whatsapp-orchestrator-simulator', file: 'tests/packages/packages.test.ts', contains: 'logs in to' },
  { prefix: 'npm install', file: 'tests/packages/packages.test.ts', contains: 'consumer.install(tarball(CLIENT))' },
  { prefix: 'npm run release', file: 'tests/packages/packages.test.ts', contains: "describe('npm run release'" },
  { prefix: 'npm run example:backend', file: 'tests/examples/backend.test.ts', contains: 'ExampleBackend' },
  { prefix: 'npm start', file: 'tests/harness/orchestrator-process.ts', contains: 'bin/whatsapp-orchestrator.js' },
  {
    prefix: 'NODE_ENV=production npm start',
    file: 'tests/journeys/operations/process.test.ts',
    contains: "'production'",
  },
  { prefix: 'npm run setup', file: 'tests/unit/cli/setup.test.ts', contains: 'runSetupCommand(' },
  {
    prefix: 'cp examples/backend/.env.example',
    file: 'tests/examples/backend-files.test.ts',
    contains: '.env.example',
  },
  { prefix: 'cd examples/backend', file: 'tests/examples/backend-files.test.ts', contains: 'compose.yaml' },
  {
    prefix: 'docker compose -f deploy/compose',
    file: 'tests/deploy/compose.test.ts',
    contains: "'three-nodes.yaml'",
  },
  {
    prefix: 'cp deploy/compose/.env.example',
    file: 'tests/deploy/compose.test.ts',
    contains: "'.env.example'",
  },
  { prefix: 'kubectl create secret', file: 'tests/deploy/chart.test.ts', contains: 'kubectl create secret' },
  { prefix: 'helm install', file: 'tests/deploy/chart.test.ts', contains: 'helm install' },
  { prefix: 'export DATABASE_URL', file: 'tests/unit/config/cluster-settings.test.ts', contains: 'CLUSTER_PORT' },
  { prefix: 'PORT=3', file: 'tests/unit/config/cluster-settings.test.ts', contains: 'CLUSTER_NODE_ID' },
  { prefix: 'docker compose', file: 'tests/examples/backend-files.test.ts', contains: 'compose.yaml' },
  { prefix: 'docker ', file: 'tests/house/dockerfile.test.ts', contains: 'the Dockerfile' },
];

/** Whether another file tests a command. */
export function isTestedElsewhere(command: string): boolean {
  return ELSEWHERE.some(({ prefix }) => command.startsWith(prefix));
}
