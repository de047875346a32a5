import { randomBytes } from 'node:crypto';
import type { AuthenticationCreds } from '@whiskeysockets/baileys';
import type { Environment } from '../../../src/config/environment.ts';
import { Secret } from '../../../src/kit/secret.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import { decode } from '../../../src/whatsapp/signal/key-codec.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import { type Answer, ask, type Question } from '../../harness/ask.ts';
import { type LogInMemory, logInMemory } from '../../harness/log-in-memory.ts';
import { Orchestrator } from '../../harness/orchestrator.ts';
import { OrchestratorProcess } from '../../harness/orchestrator-process.ts';
import { openStored } from '../../harness/stored.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';

const SETTINGS = {
  API_KEY: 'canary-api-key',
  PRODUCTION_API_KEY: 'canary-production-api-key',
  CALLBACK_SECRET: 'canary-callback-secret',
  MASTER_KEY: randomBytes(32).toString('hex'),
  KEY_PEPPER: 'canary-key-pepper',
};
const MEDIA_KEY = randomBytes(32);
/** Part of every text that anybody sends, and of every key that a caller makes up. */
const CANARY = 'canary';

/** The whole story of a session, with failures on every side, in a process that logs everything, and after a kill in this one. */
class Story implements AsyncDisposable {
  readonly refusals: Answer[] = [];
  /** The parts of the QRs that are not public keys. */
  readonly qrSecrets: string[] = [];
  /** API keys and tokens that the server created. */
  readonly madeKeys: string[] = [];
  sessionId = '';
  readonly #world: World;
  readonly #account: Phone;
  readonly #person: Phone;
  #orchestrator!: OrchestratorProcess;
  #later: Orchestrator | undefined;
  #log: LogInMemory | undefined;

  constructor(world: World) {
    this.#world = world;
    this.#account = world.whatsapp.phone(ACCOUNT, 'Tienda');
    this.#person = world.whatsapp.phone(PERSON, 'canary-push-name');
  }

  /** All that was logged. */
  get output(): string {
    return this.#orchestrator.output + (this.#log?.text() ?? '');
  }

  async start(): Promise<void> {
    this.#orchestrator = await OrchestratorProcess.start({ ...this.#environment, LOG_LEVEL: 'trace' });
  }

  async killAndStartAgain(): Promise<void> {
    await this.#orchestrator.end('SIGKILL');
    this.#log = await logInMemory();
    const { log } = this.#log;
    this.#later = await Orchestrator.start({ environment: this.#environment, clock: this.#world.clock, log });
  }

  async end(): Promise<void> {
    await this.#later?.[Symbol.asyncDispose]();
    this.#later = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await this.#orchestrator[Symbol.asyncDispose]();
  }

  async link(): Promise<void> {
    const { body } = await this.#ask('GET', '/generate-qr');
    const [reference, , , advSecret] = (body.qrText as string).split(',');
    this.qrSecrets.push(reference!, advSecret!);
    this.sessionId = body.sessionId as string;
    await this.#account.scan(body.qrText as string);
    await this.#world.backend.next('new-session-connected');
  }

  /** Messages both ways, and a file that cannot be downloaded. */
  async converse(): Promise<void> {
    await this.#person.sendText(ACCOUNT, 'canary-incoming');
    await this.#untilDelivered('canary-incoming');
    expect((await this.send('canary-outgoing')).status).toBe(200);
    await this.#person.sendMedia(ACCOUNT, {
      ...{ kind: 'document', bytes: randomBytes(999), caption: 'canary-caption', fileName: 'canary-file.pdf' },
      fields: { mediaKey: MEDIA_KEY },
    });
    await this.#person.sendPoll(ACCOUNT, { name: 'canary-question', options: ['canary-option', 'canary-other'] });
    await this.#untilDelivered('canary-question');
  }

  /** A key and a token, each used where it is allowed and where it is not. */
  async useKeys(): Promise<void> {
    const { body: made } = await this.#ask('POST', '/keys', {
      name: 'canary-name',
      scopes: ['sessions:create', 'sessions:read'],
    });
    const key = { authorization: `Bearer ${made.key}` };
    const { body: given } = await this.#ask('POST', '/tokens', { sessionId: this.sessionId }, key);
    const token = { authorization: `Bearer ${given.token}` };
    this.madeKeys.push(made.key as string, given.token as string);
    expect((await this.#ask('GET', `/sessions/${this.sessionId}`, undefined, token)).status).toBe(200);
    await this.refused('GET', '/keys', undefined, key);
    await this.refused('GET', '/keys', undefined, token);
    await this.refused('DELETE', `/keys/${made.key}`);
    await this.refused('POST', '/config/master-key', { sealed: 'canary00'.repeat(10) });
    expect((await this.#ask('DELETE', `/keys/${made.data.keyId}`)).status).toBe(200);
    await this.refused('GET', `/sessions/${this.sessionId}`, undefined, token);
    await this.refused('GET', `/sessions/${this.sessionId}`, undefined, key);
  }

  /** Every kind of request that is refused, each with private content. */
  async sendRefusedRequests(): Promise<void> {
    const messages = `/sessions/${this.sessionId}/messages`;
    const sendMessage = `/sessions/${this.sessionId}/send-message`;
    await this.refused('GET', '/sessions', undefined, { authorization: 'Bearer canary-wrong-key' });
    await this.refused('POST', sendMessage, { number: 'canary-number', message: 'canary-message' });
    await this.refused('POST', sendMessage, { number: PERSON, message: ['canary-message'], 'canary-field': 1 });
    await this.refused('POST', sendMessage, { number: '5491100000000', message: 'canary-message' });
    await this.refused('POST', '/sessions/session_1_nobody/send-message', {
      number: PERSON,
      message: 'canary-message',
    });
    await this.refused('POST', messages, { type: 'canary-type', number: PERSON, text: 'canary-text' });
    await this.refused('POST', messages, {
      type: 'image',
      number: PERSON,
      caption: 'canary',
      file: { base64: 'canary!' },
    });
    await this.refused('POST', messages, { type: 'edit', message_id: 'unknown', text: 'canary-edit' });
    await this.refused('POST', '/config/download-media', { enabled: 'canary-enabled' });
    const broken = await fetch(`${this.#url}${sendMessage}`, {
      method: 'POST',
      body: '{"number": "1", "message": "canary-broken-json',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${SETTINGS.API_KEY}` },
    });
    this.refusals.push({ status: broken.status, body: await broken.json(), headers: broken.headers });
    const again = { 'idempotency-key': 'canary-idempotency-key' };
    await this.#ask('POST', sendMessage, { number: PERSON, message: 'canary-once' }, again);
    await this.refused('POST', sendMessage, { number: PERSON, message: 'canary-twice' }, again);
  }

  /** Failures of WhatsApp and of the backend. */
  async injectFailures(): Promise<void> {
    const { whatsapp, backend } = this.#world;
    whatsapp.fault('message-error', { code: 479, times: 1 });
    await this.refused('POST', `/sessions/${this.sessionId}/send-message`, {
      number: PERSON,
      message: 'canary-refused',
    });
    whatsapp.fault('corrupt-message', { number: ACCOUNT, times: 1 });
    await this.#person.sendText(ACCOUNT, 'canary-corrupt');
    await this.#untilDelivered('canary-corrupt');
    backend.answerWith({ status: 500, body: 'canary-answer-of-the-backend' });
    await this.#person.sendText(ACCOUNT, 'canary-not-taken');
    await backend.next('messages/received', { evenRefused: true });
    backend.recovers();
    await this.#untilDelivered('canary-not-taken', 15_000);
    whatsapp.fault('cut', { number: ACCOUNT });
    await this.#person.sendText(ACCOUNT, 'canary-while-away');
    await this.#untilDelivered('canary-while-away', 15_000);
  }

  /** After a restart, messages arrive and the session restarts on request. */
  async resume(): Promise<void> {
    await this.#person.sendText(ACCOUNT, 'canary-after-restart');
    await this.#untilDelivered('canary-after-restart', 15_000);
    expect((await this.#ask('POST', `/sessions/${this.sessionId}/restart`)).status).toBe(200);
  }

  /** The private keys of the device, and the other secret in its credentials. */
  async credentials(): Promise<Uint8Array[]> {
    await using storage = await openStored(this.#world.authDir, new Secret(SETTINGS.MASTER_KEY));
    const stored = await storage.signalKeys.credentials(this.sessionId as SessionId);
    const { noiseKey, signedIdentityKey, signedPreKey, advSecretKey } = decode(stored!) as AuthenticationCreds;
    const keys = [noiseKey.private, signedIdentityKey.private, signedPreKey.keyPair.private];
    return [...keys, Buffer.from(advSecretKey, 'base64')];
  }

  send(message: string): Promise<Answer> {
    return this.#ask('POST', `/sessions/${this.sessionId}/send-message`, { number: PERSON, message });
  }

  async refused(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<void> {
    const answer = await this.#ask(method, path, body, headers);
    expect([path, body, answer.status >= 400]).toEqual([path, body, true]);
    this.refusals.push(answer);
  }

  #ask(method: string, path: string, body?: unknown, headers: Question['headers'] = {}): Promise<Answer> {
    const key = { authorization: `Bearer ${SETTINGS.API_KEY}` };
    return ask(`${this.#url}${path}`, { method, body, headers: { ...key, ...headers } });
  }

  get #url(): string {
    return (this.#later ?? this.#orchestrator).url;
  }

  get #environment(): Environment {
    return { ...this.#world.environment, DOWNLOAD_MEDIA: 'true', BACKEND_RETRIES: '1' };
  }

  async #untilDelivered(text: string, timeoutMs = 5_000): Promise<void> {
    await this.#world.backend.next(({ body }) => body.message_content === text, { timeoutMs });
  }
}

it('no secret and no text appears in the log or in an error response, whatever goes wrong', async () => {
  await using world = await startWorld({ environment: SETTINGS }, { start: false });
  await using story = new Story(world);
  await story.start();
  await story.link();
  await story.converse();
  await story.sendRefusedRequests();
  await story.useKeys();
  await story.injectFailures();
  await story.killAndStartAgain();
  await story.resume();
  await story.end();

  const written = `${story.output}\n${story.refusals.map(({ body }) => JSON.stringify(body)).join('\n')}`;
  expect(story.output).toContain(`[${story.sessionId}]`);
  expect(story.output).toContain('"level":20');
  expect(story.output).toContain('"level":40');
  const lines = written.split('\n');
  const bytes = [MEDIA_KEY, Buffer.from(SETTINGS.MASTER_KEY, 'hex'), ...(await story.credentials())];
  const forms = bytes.flatMap((value) => [
    Buffer.from(value).toString('base64').replace(/=+$/, ''),
    Buffer.from(value).toString('hex'),
  ]);
  const made = [...story.qrSecrets, ...story.madeKeys];
  expect(made).toHaveLength(4);
  expect(made.every((secret) => secret.length > 20)).toBe(true);
  for (const secret of [CANARY, ...made, ...forms]) {
    expect(lines.filter((line) => line.includes(secret))).toEqual([]);
  }
}, 40_000);
