import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { OrchestratorProcess } from '../../harness/orchestrator-process.ts';
import { untilTrue } from '../../harness/until.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';
const RECEIVED = 'messages/received';
const MB = 1024 * 1024;

let world: World;

beforeEach(async () => {
  world = await startWorld({ environment: { DOWNLOAD_MEDIA: 'true' } }, { start: false });
});
afterEach(() => world[Symbol.asyncDispose]());

async function link(orchestrator: OrchestratorProcess): Promise<string> {
  const { body } = await orchestrator.get('/generate-qr');
  await world.whatsapp.phone(ACCOUNT, 'Tienda').scan(body.qrText as string);
  await world.backend.next('new-session-connected');
  return body.sessionId as string;
}

async function sha256(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('base64');
}

it('a process killed while a webhook waits for its file loses neither, and sends the webhook once', async () => {
  const first = await OrchestratorProcess.start(world.environment);
  const sessionId = await link(first);
  const names = () => readdir(join(world.downloadsDir, sessionId)).catch(() => []);
  world.whatsapp.fault('media-slow', { ms: 600_000, times: 1, number: PERSON });
  const id = await world.whatsapp
    .phone(PERSON, 'Juan')
    .sendMedia(ACCOUNT, { kind: 'image', bytes: randomBytes(100_000), caption: 'espera' });
  // The first process must be the one that gets the slow response.
  await untilTrue(async () => (await names()).length > 0 && world.whatsapp.activeFaults().length === 0);

  await first.end('SIGKILL');
  expect(await names()).toEqual([`${id}.jpg.incomplete`]);
  await world.startOrchestrator();

  const { body } = await world.backend.next(RECEIVED);
  expect(body).toMatchObject({ message_id: id, media_info: { download_error: null } });
  expect(await names()).toEqual([`${id}.jpg`]);
  expect((await world.orchestrator.get('/health')).body.callbacks).toMatchObject({ pending: 0 });
  expect(world.backend.received.filter(({ path }) => path.endsWith(RECEIVED))).toHaveLength(1);
});

it('a file of 60 MB is downloaded and served without the process growing by 40 MB', async () => {
  await using orchestrator = await OrchestratorProcess.start(world.environment);
  await link(orchestrator);
  const bytes = randomBytes(60 * MB);
  const hash = createHash('sha256').update(bytes).digest('base64');
  // A first file loads the code that every file needs.
  await world.whatsapp.phone(PERSON, 'Juan').sendMedia(ACCOUNT, { kind: 'document', bytes: randomBytes(1) });
  await world.backend.next(RECEIVED);
  const before = await orchestrator.memory();

  await world.whatsapp.phone(PERSON, 'Juan').sendMedia(ACCOUNT, { kind: 'document', bytes });
  const { body } = await world.backend.next(RECEIVED, { timeoutMs: 20_000 });
  const fetched = await orchestrator.memory();
  const answer = await fetch(`${orchestrator.url}${body.media_info.url}`);
  const servedHash = await sha256(answer.body as AsyncIterable<Uint8Array>);
  const served = await orchestrator.memory();

  expect(body.media_info).toMatchObject({ size: 60 * MB, sha256: hash, download_error: null });
  expect(await sha256(createReadStream(body.media_info.path as string))).toBe(hash);
  expect(servedHash).toBe(hash);
  expect(fetched.peak - before.now).toBeLessThan(40 * MB);
  expect(served.peak - before.now).toBeLessThan(40 * MB);
});
