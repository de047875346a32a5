/**
 * Measures the CPU cost of encryption at rest per received message. It runs pairs of orchestrators, one without and one with a
 * master key, each in a process of its own between the simulator and a backend, and compares their CPU time for the same number of
 * messages. Prints each pair and the median difference. Usage: `node scripts/encryption-cost.ts [pairs] [messages]`. Linux only.
 */
import { OrchestratorProcess } from '../tests/harness/orchestrator-process.ts';
import { randomMasterKey } from '../tests/harness/random-master-key.ts';
import { startWorld, type World } from '../tests/harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';
const WARM_UP = 300;
const TIMEOUT_MS = 300_000;

const [pairs = 6, messages = 1_000] = process.argv.slice(2).map(Number);

/** The CPU time per received message, in ms, with these settings added to the defaults. */
async function costOf(settings: Record<string, string>): Promise<number> {
  await using world = await startWorld({ environment: settings }, { start: false });
  await using server = await OrchestratorProcess.start(world.environment);
  const { qrText } = (await server.get('/generate-qr')).body as { qrText: string };
  await world.whatsapp.phone(ACCOUNT, 'Tienda').scan(qrText);
  await world.backend.next('new-session-connected');
  await receive(world, 'warm-up', WARM_UP);
  const before = await server.cpuMs();
  await receive(world, 'un pedido de doce empanadas, para las nueve', messages);
  return ((await server.cpuMs()) - before) / messages;
}

async function receive({ whatsapp, backend }: World, text: string, count: number): Promise<void> {
  const person = whatsapp.phone(PERSON, 'Juan');
  const isLast = ({ body }: { body: { message_content?: string } }) => body.message_content === `${text} ${count}`;
  const last = backend.next(isLast, { timeoutMs: TIMEOUT_MS });
  for (let number = 1; number <= count; number += 1) await person.sendText(ACCOUNT, `${text} ${number}`);
  await last;
}

/** The median; the lower of the two middle values for an even count. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

const differences: number[] = [];
for (let pair = 1; pair <= pairs; pair += 1) {
  const costs = { plain: 0, encrypted: 0 };
  // The order alternates, so that a drift of the machine over time does not look like a difference.
  for (const which of pair % 2 === 1 ? (['plain', 'encrypted'] as const) : (['encrypted', 'plain'] as const)) {
    costs[which] = await costOf(which === 'plain' ? {} : { MASTER_KEY: randomMasterKey() });
  }
  differences.push(costs.encrypted - costs.plain);
  process.stdout.write(
    `pair ${pair}: plain ${costs.plain.toFixed(2)} ms, encrypted ${costs.encrypted.toFixed(2)} ms\n`,
  );
}
process.stdout.write(`median difference: ${median(differences).toFixed(2)} ms of CPU per received message\n`);
