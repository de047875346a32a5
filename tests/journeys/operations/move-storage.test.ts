import { join } from 'node:path';
import { runMoveCommand } from '../../../src/cli/move-storage-command.ts';
import type { Environment } from '../../../src/config/environment.ts';
import { Orchestrator } from '../../harness/orchestrator.ts';
import { randomMasterKey } from '../../harness/random-master-key.ts';
import { newPostgresUrl } from '../../harness/shared-postgres.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';

/** Sends a text each way, and the number of the webhook that announced the received one. */
async function talk(world: World, orchestrator: Orchestrator, sessionId: string, text: string): Promise<number> {
  const id = await world.whatsapp.phone(PERSON, 'Juan').sendText(ACCOUNT, text);
  const { headers, body } = await world.backend.next((received) => received.body.message_id === id);
  expect(body).toMatchObject({ message_content: text });
  expect(await orchestrator.send(sessionId, PERSON, `${text}, contestado`)).toMatchObject({ status: 200 });
  await world.whatsapp.phone(PERSON).next((received) => received.text === `${text}, contestado`);
  return Number(headers['x-session-seq']);
}

/** Starts on SQLite, unless the settings say otherwise. */
function start(world: World, settings: Environment): Promise<Orchestrator> {
  const environment = { ...world.environment, DATABASE_URL: undefined, ...settings };
  return Orchestrator.start({ environment, clock: world.clock });
}

/** Runs what `npm run move-storage` runs. Nobody starts on the source again. */
function move(from: string, to: string): Promise<string> {
  return runMoveCommand(['--from', from, '--to', to, '--confirm'], {}, () => undefined);
}

async function link(world: World, orchestrator: Orchestrator): Promise<string> {
  const { sessionId, qrText } = (await orchestrator.get('/generate-qr')).body as { sessionId: string; qrText: string };
  await world.whatsapp.phone(ACCOUNT, 'Tienda').scan(qrText);
  await world.backend.next('new-session-connected');
  return sessionId;
}

it('a linked session moves to PostgreSQL and back, and goes on receiving and sending', async () => {
  await using world = await startWorld({ environment: { MASTER_KEY: randomMasterKey() } }, { start: false });
  const [url, back] = [await newPostgresUrl(), join(world.authDir, '..', 'back')];
  const numbers: number[] = [];
  let sessionId: string;
  {
    await using sqlite = await start(world, {});
    sessionId = await link(world, sqlite);
    numbers.push(await talk(world, sqlite, sessionId, 'en SQLite'));
    await expect(move(`sqlite:${world.authDir}`, url)).rejects.toThrow(`Another process is using ${world.authDir}.`);
  }

  expect(await move(`sqlite:${world.authDir}`, url)).toContain('1 session is in postgres://');
  await expect(start(world, {})).rejects.toThrow('was moved to postgres://');
  const meanwhile = await world.whatsapp.phone(PERSON).sendText(ACCOUNT, 'mientras tanto');
  {
    await using postgres = await start(world, { DATABASE_URL: url });
    await world.backend.next((received) => received.body.message_id === meanwhile);
    numbers.push(await talk(world, postgres, sessionId, 'en PostgreSQL'));
    await expect(move(url, `sqlite:${back}`)).rejects.toThrow('Another process is using postgres://');
  }

  expect(await move(url, `sqlite:${back}`)).toContain(`1 session is in sqlite:${back}`);
  await using again = await start(world, { AUTH_DIR: back });
  await again.until(sessionId, { status: 'connected' });
  numbers.push(await talk(world, again, sessionId, 'otra vez en SQLite'));
  expect(new Set(numbers).size).toBe(3);
  expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
});
