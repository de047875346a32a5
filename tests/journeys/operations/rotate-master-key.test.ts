import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runRotationCommand } from '../../../src/cli/rotation-command.ts';
import { messageOf } from '../../../src/kit/failure.ts';
import type { Environment } from '../../../src/config/environment.ts';
import { ask } from '../../harness/ask.ts';
import { freePort } from '../../harness/free-port.ts';
import { CHILD_ENVIRONMENT } from '../../harness/child-environment.ts';
import { logInMemory } from '../../harness/log-in-memory.ts';
import { Orchestrator } from '../../harness/orchestrator.ts';
import { OrchestratorProcess } from '../../harness/orchestrator-process.ts';
import { startWorld, type World } from '../../harness/world.ts';
import { randomMasterKey } from '../../harness/random-master-key.ts';

const COMMAND = fileURLToPath(new URL('../../../src/cli/rotate-master-key.ts', import.meta.url));
const PRELOAD = fileURLToPath(new URL('../../chaos/preload/rotation.ts', import.meta.url));
const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';
const API_KEY = 'the-key-of-the-house';
const OLD = randomMasterKey();
const NEW = randomMasterKey();

/** Runs what `npm run rotate-master-key` runs. Returns its exit code and output. */
function rotate(environment: Environment): Promise<{ code: number; out: string }> {
  const env = { ...CHILD_ENVIRONMENT, ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND], { env, cwd: '/' }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out: `${out}${err}` }),
    );
  });
}

/** A world with a master key, whose orchestrator the tests start. */
function encryptedWorld(): Promise<World> {
  return startWorld({ environment: { MASTER_KEY: OLD, API_KEY } }, { start: false });
}

async function link(world: World, server: { url: string }): Promise<void> {
  const headers = { authorization: `Bearer ${API_KEY}` };
  const answer = await fetch(`${server.url}/generate-qr`, { headers });
  const { qrText } = (await answer.json()) as { qrText: string };
  await world.whatsapp.phone(ACCOUNT, 'Tienda').scan(qrText);
  await world.backend.next('new-session-connected');
}

/** The pause between two texts. */
const PAUSE_MS = 25;

/** Sends texts one after the other until the work is done, and two more. Returns all of them. */
async function writeMeanwhile(world: World, work: Promise<unknown>): Promise<string[]> {
  const person = world.whatsapp.phone(PERSON, 'Juan');
  const sent: string[] = [];
  const write = async () => {
    sent.push(`mensaje ${sent.length + 1}`);
    await person.sendText(ACCOUNT, sent.at(-1)!);
    await pause(PAUSE_MS);
  };
  const progress = { isOver: false };
  const over = work.finally(() => (progress.isOver = true));
  await write();
  while (!progress.isOver) await write();
  await over;
  for (let count = 0; count < 2; count += 1) await write();
  return sent;
}

/** Resolves when the backend has the last of these. Returns the texts it received, one per `x-session-seq`. */
async function received(world: World, sent: readonly string[]): Promise<string[]> {
  const last = ({ body }: { body: { message_content?: string } }) => body.message_content === sent.at(-1);
  await world.backend.next(last, { timeoutMs: 20_000 });
  const messages = world.backend.received.filter(({ path }) => path.endsWith('messages/received'));
  return [...new Map(messages.map(({ headers, body }) => [Number(headers['x-session-seq']), body])).values()].map(
    ({ message_content: text }) => text as string,
  );
}

/** Expects a start with these settings to be refused because of the master key. */
async function expectRefused({ clock }: World, settings: Environment): Promise<void> {
  await expect(Orchestrator.start({ environment: settings, clock })).rejects.toThrow(
    'was encrypted with another master key: set MASTER_KEY or MASTER_KEY_FILE',
  );
}

it('the command rotates the master key of a running server, and no message is lost or out of order', async () => {
  await using world = await encryptedWorld();
  const settings = { ...world.environment, PORT: String(await freePort()) };
  const { log, text } = await logInMemory();
  await using server = await Orchestrator.start({ environment: settings, clock: world.clock, log });
  await link(world, server);

  const rotation = rotate({ ...settings, NEW_MASTER_KEY: NEW });
  const sent = await writeMeanwhile(world, rotation);

  const { code, out } = await rotation;
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('has the new master key (2 data keys)') });
  expect(await received(world, sent)).toEqual(sent);
  expect(await runRotationCommand({ ...settings, NEW_MASTER_KEY: NEW })).toContain('already');
  const others = { MASTER_KEY: randomMasterKey(), NEW_MASTER_KEY: randomMasterKey() };
  await expect(runRotationCommand({ ...settings, ...others })).rejects.toThrow(
    'is neither MASTER_KEY nor NEW_MASTER_KEY',
  );
  for (const key of [OLD, NEW]) {
    for (const form of [key, Buffer.from(key, 'hex').toString('base64').slice(0, 43)]) {
      expect(`${out}${text()}`).not.toContain(form);
    }
  }
}, 60_000);

it.each([
  ['before the commit', 'before-commit', OLD, 'the database still has the old one'],
  ['after the commit', 'after-commit', NEW, 'already has the new master key'],
])(
  'a server killed during the rotation, %s, starts with exactly one of the keys, and the command says which',
  async (_when, moment, key, sentence) => {
    await using world = await encryptedWorld();
    const settings = { ...world.environment, PORT: String(await freePort()) };
    await using server = await OrchestratorProcess.start({
      ...{ ...settings, NODE_OPTIONS: `--import=${PRELOAD}`, DIES_AT: moment },
    });
    await link(world, server);
    const both = { ...settings, NEW_MASTER_KEY: NEW };

    const rotation = runRotationCommand(both).catch(messageOf);
    const sent = await writeMeanwhile(world, rotation);

    expect(await rotation).toContain(sentence);
    expect(await server.exited()).toBeNull();
    await expectRefused(world, { ...settings, MASTER_KEY: key === OLD ? NEW : OLD });
    const { log, text } = await logInMemory();
    await using later = await Orchestrator.start({ environment: both, clock: world.clock, log });
    expect((await ask(`${later.url}/health`, { method: 'GET' })).status).toBe(200);
    expect(text().includes('has the key of NEW_MASTER_KEY')).toBe(key === NEW);
    expect(await received(world, sent)).toEqual(sent);
  },
  60_000,
);
