import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { logInMemory } from '../../harness/log-in-memory.ts';
import { Orchestrator } from '../../harness/orchestrator.ts';
import { randomMasterKey } from '../../harness/random-master-key.ts';
import { OrchestratorProcess } from '../../harness/orchestrator-process.ts';
import { isOnPostgres, storageSettings } from '../../harness/shared-postgres.ts';
import { untilTrue } from '../../harness/until.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';

async function ask(orchestrator: OrchestratorProcess, path: string, init: RequestInit = {}) {
  const response = await fetch(`${orchestrator.url}${path}`, init);

  return { status: response.status, body: (await response.json()) as any };
}

async function link(world: World, orchestrator: OrchestratorProcess): Promise<string> {
  const { body } = await ask(orchestrator, '/generate-qr');
  await world.whatsapp.phone(ACCOUNT, 'Tienda').scan(body.qrText);
  await world.backend.next('new-session-connected');
  return body.sessionId;
}

/** Where the process keeps its compiled code when it is not told otherwise. */
const COMPILED = fileURLToPath(new URL('../../../node_modules/.cache/compiled', import.meta.url));
/** Of so many modules that are compiled already, {@link forgetSome} forgets one: to compile all of them takes seconds. */
const FORGOTTEN_OF = 8;
/** More than the modules of some versions. */
const TOO_MANY = 10_000;
/** So many modules are compiled at least. */
const COMPILED_AGAIN = 50;

async function compiledFiles(): Promise<string[]> {
  const all = await readdir(COMPILED, { recursive: true, withFileTypes: true }).catch(() => []);
  return all.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** Keeps most of what an earlier start has compiled. Resolves with the number of files. */
async function forgetSome(): Promise<number> {
  const all = await compiledFiles();
  const forgotten = all.filter((_, index) => index % FORGOTTEN_OF === 0 || all.length > TOO_MANY);
  await Promise.all(forgotten.map((file) => rm(file)));
  return all.length - forgotten.length;
}

describe('the process', () => {
  it('resumes after a kill, without a new scan and without losing a message, and keeps its compile cache', async () => {
    const known = await forgetSome();
    await using world = await startWorld({}, { start: false });
    const person = world.whatsapp.phone(PERSON, 'Juan');
    const first = await OrchestratorProcess.start({ ...world.environment, NODE_COMPILE_CACHE: undefined });
    const sessionId = await link(world, first);
    world.backend.answerWith(500);
    await person.sendText(ACCOUNT, 'antes');
    await world.backend.next('messages/received', { evenRefused: true });
    await untilTrue(async () => (await compiledFiles()).length > known + COMPILED_AGAIN);

    await first.end('SIGKILL');
    await world.whatsapp.until((whatsapp) => !whatsapp.devices()[0]!.online);
    await person.sendText(ACCOUNT, 'mientras tanto');
    world.backend.recovers();
    await world.startOrchestrator();

    expect((await compiledFiles()).length).toBeGreaterThan(known + COMPILED_AGAIN);
    const before = await world.backend.next('messages/received');
    expect(before.body).toMatchObject({ session_id: sessionId, message_content: 'antes', offline: false });
    const meanwhile = await world.backend.next('messages/received', { timeoutMs: 15_000 });
    expect(meanwhile.body).toMatchObject({ session_id: sessionId, message_content: 'mientras tanto', offline: true });
    expect(world.whatsapp.stats().pairings).toBe(1);
    expect((await world.orchestrator.get(`/sessions/${sessionId}`)).body.data).toMatchObject({ status: 'connected' });
    const keys = world.backend.received.filter(({ body }) => body.message_content === 'antes');
    expect(new Set(keys.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('shuts down cleanly on SIGTERM while it starts, and right after it has started', async () => {
    await using world = await startWorld({}, { start: false });
    const endedAt = async (line: string, name: string) => {
      await using orchestrator = OrchestratorProcess.spawn({
        ...world.environment,
        AUTH_DIR: join(world.authDir, name),
        ...(await storageSettings(join(world.authDir, name))),
      });
      await orchestrator.until(line);
      return { code: await orchestrator.end('SIGTERM'), isClean: orchestrator.output.includes('"stopped"') };
    };

    const ends = [endedAt('stored in plaintext', 'a'), endedAt('the orchestrator is ready', 'b')];
    expect(await Promise.all(ends)).toEqual(ends.map(() => ({ code: 0, isClean: true })));
  });

  it('says why its start failed, even when it gets SIGTERM meanwhile', async () => {
    await using world = await startWorld({}, { start: false });
    const { port } = new URL(world.backend.url);
    await using orchestrator = OrchestratorProcess.spawn({ ...world.environment, HOST: '127.0.0.1', PORT: port });
    await orchestrator.until('stored in plaintext');

    expect(await orchestrator.end('SIGTERM')).toBe(1);
    expect(orchestrator.output).toContain(`Port ${port} is already in use`);
  });

  it.each([
    ['PORT', { PORT: 'eighty' }],
    ['MASTER_KEY', { NODE_ENV: 'production', API_KEY: 'the-key-of-the-house' }],
    ['CALLBACK_SECRET', { CALLBACK_SECRET: 'whsec_%%' }],
  ])('refuses to start with an invalid %s, and says so in one line', async (name, settings) => {
    await using world = await startWorld({}, { start: false });
    await using orchestrator = OrchestratorProcess.spawn({ ...world.environment, ...settings });

    expect(await orchestrator.exited()).toBe(1);
    expect(orchestrator.output.trim().split('\n')).toEqual([expect.stringContaining(name)]);
  });
});

/** What a start without a master key logs. */
const WARNING = 'credentials and messages are stored in plaintext';

describe('a start with a master key', () => {
  it('does not warn of plaintext; with another key it fails with one line', async () => {
    await using world = await startWorld({}, { start: false });
    const environment = { ...world.environment, MASTER_KEY: randomMasterKey() };
    const { log, text } = await logInMemory();
    await (await Orchestrator.start({ environment, clock: world.clock, log }))[Symbol.asyncDispose]();
    expect(text()).toContain('the orchestrator is ready');
    expect(text()).not.toContain(WARNING);

    await using second = OrchestratorProcess.spawn({ ...world.environment, MASTER_KEY: randomMasterKey() });
    expect(await second.exited()).toBe(1);
    expect(second.output.trim().split('\n')).toEqual([expect.stringContaining('another master key')]);
  });
});

describe('one life of the process', () => {
  let TMPDIR: string;
  let world: World;
  let orchestrator: OrchestratorProcess;

  beforeAll(async () => {
    TMPDIR = await mkdtemp(join(tmpdir(), 'process-test-'));
    await mkdir(join(TMPDIR, 'whatsapp-orchestrator-file-AAAAAA'));
    await utimes(join(TMPDIR, 'whatsapp-orchestrator-file-AAAAAA'), 0, 0);
    world = await startWorld({ environment: { PRODUCTION_API_KEY: 'muy-secreto', TMPDIR } }, { start: false });
    orchestrator = await OrchestratorProcess.start(world.environment);
  });
  afterAll(async () => {
    await orchestrator[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
    await rm(TMPDIR, { recursive: true });
  });

  it('begins with the removal of the temporary files that an earlier process left behind', async () => {
    expect(await readdir(TMPDIR)).toEqual([]);
  });

  it('warns that what it stores is not encrypted', () => {
    expect(orchestrator.output).toContain(WARNING);
  });

  it('keeps its storage: another process that starts on it is refused', async () => {
    await using second = OrchestratorProcess.spawn(world.environment);

    expect(await second.exited()).toBe(1);
    const place = isOnPostgres ? 'postgres://' : world.authDir;
    expect(second.output).toContain(`Another process is using ${place}`);
    expect(second.output).not.toContain('    at ');
    expect((await ask(orchestrator, '/health')).status).toBe(200);
  });

  it('logs the marks that the grep recipes of the seed look for, and no secret', async () => {
    const sessionId = await link(world, orchestrator);
    await world.whatsapp.phone(PERSON).sendText(ACCOUNT, 'un texto privado');
    await world.backend.next('messages/received');
    const { body: sent } = await ask(orchestrator, `/sessions/${sessionId}/send-message`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': 'order-1' },
      body: JSON.stringify({ number: PERSON, message: 'un texto privado' }),
    });
    await orchestrator.until(`[${sessionId}] message sent`);
    expect(orchestrator.logLines()).toContainEqual(
      expect.objectContaining({ msg: `[${sessionId}] message sent`, messageId: sent.messageId, requestId: 'order-1' }),
    );

    const { qr_data: qrText } = (await world.backend.next('qr-update')).body as { qr_data: string };
    const lines = orchestrator.output.split('\n');
    expect(lines.some((line) => line.includes(`[${sessionId}]`) && line.includes('[CALLBACK]'))).toBe(true);
    expect(lines.some((line) => line.includes('=== QR GENERADO ==='))).toBe(true);
    expect(world.backend.received[0]?.headers.authorization).toBe('Bearer muy-secreto');
    for (const secret of ['muy-secreto', 'un texto privado', qrText.split(',')[3]!]) {
      expect(orchestrator.output).not.toContain(secret);
    }
  });

  it('ends cleanly on SIGTERM, and unlinks nothing', async () => {
    expect(await orchestrator.end('SIGTERM')).toBe(0);

    await world.whatsapp.until((whatsapp) => !whatsapp.devices()[0]!.online);
    expect(world.whatsapp.devices()).toHaveLength(1);
    expect(world.backend.received.filter(({ path }) => path.endsWith('sessions/status-update'))).toEqual([]);
  });
});
