import { createHmac } from 'node:crypto';
import { statSync } from 'node:fs';
import { globalAgent } from 'node:http';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import request from 'supertest';
import { singleNode } from '../../src/cluster/local.ts';
import type { ApiKey } from '../../src/domain/access.ts';
import { AppError } from '../../src/domain/errors.ts';
import type { SessionId } from '../../src/domain/session-id.ts';
import type { Subscription } from '../../src/domain/subscription.ts';
import type { HealthApi, HealthReport, MediaApi } from '../../src/http/core.ts';
import { EVENT_STREAM, type Route } from '../../src/http/route.ts';
import {
  ApiKeys,
  BrowserTokens,
  createHttpApp,
  endUnlinked,
  type HttpAppDeps,
  systemResolve,
  TokensInMemory,
} from '../../src/http/server.ts';
import type { Logger } from '../../src/kit/logger.ts';
import { systemRandom } from '../../src/kit/random.ts';
import { Secret } from '../../src/kit/secret.ts';
import { PrometheusMetrics } from '../../src/metrics/prometheus.ts';
import type { CallbackArchive, StoredCallback } from '../../src/ports/callbacks.ts';
import type { MediaFile } from '../../src/ports/media.ts';
import type { Subscriptions } from '../../src/ports/subscriptions.ts';
import { openFile } from '../../src/storage/files/open-file.ts';
import { CHANNEL } from './channels-in-memory.ts';
import { CALL, CODE, CONTACT, GROUP } from './connection-in-memory.ts';
import { DRAFT, draftsInMemory } from './drafts-in-memory.ts';
import { historyInMemory } from './history-in-memory.ts';
import { HandClock } from './hand-clock.ts';
import { heldToDocument } from './held-to-document.ts';
import { KEY, KeysInMemory, NO_SETTINGS } from './keys-in-memory.ts';
import { LABEL, labelsInMemory } from './labels-in-memory.ts';
import { peopleInMemory } from './people-in-memory.ts';
import { targetOf } from './listening.ts';
import { AnswersInMemory, Backups, SettingsInMemory } from './stores-in-memory.ts';
import { ScheduledInMemory } from './scheduled-in-memory.ts';
import { CONNECTED, NOW_MS, PAIRING, PAIRING_BY_CODE, SessionsInMemory } from './sessions-in-memory.ts';

export { CONNECTED, id, PAIRING, PAIRING_BY_CODE, recordOf, viewOf } from './sessions-in-memory.ts';

/** A message whose file can be downloaded. */
export const MESSAGE = '3EB0C767D097B7C7C1A5';

/** A file on disk as that of a message. */
export function fileAt(path: string): Pick<MediaFile, 'size' | 'open'> {
  const { size } = statSync(path);
  return { size, open: (range) => openFile(path, range ?? { start: 0, end: size - 1 }) };
}

/** The files of messages: each of them is this source file. */
class Files implements MediaApi {
  readonly file: MediaFile = {
    path: `./downloads/${CONNECTED}/${MESSAGE}.ts`,
    mimetype: null,
    fileName: null,
    ...fileAt(fileURLToPath(import.meta.url)),
  };
  /** The messages whose files are on disk. */
  readonly onDisk = new Set<string>();
  /** The messages whose files were downloaded. */
  readonly fetchedFor: string[] = [];
  /** Thrown by downloads. */
  failure: Error | undefined;

  stored(_: SessionId, messageId: string): Promise<MediaFile | undefined> {
    return Promise.resolve(this.onDisk.has(messageId) ? this.file : undefined);
  }

  async fetched(_: SessionId, messageId: string): Promise<MediaFile> {
    this.fetchedFor.push(messageId);
    await Promise.resolve();
    if (this.failure !== undefined) throw this.failure;
    if (messageId !== MESSAGE) throw new AppError('message_not_found');
    return this.file;
  }
}

/** A supertest response without its `any`. */
interface Answer {
  status: number;
  body: unknown;
  text: string;
  headers: Record<string, string>;
}

export async function answerTo(sent: PromiseLike<Answer>): Promise<Answer> {
  return sent;
}

/** A log entry. */
export type LogLine = Record<string, unknown> & { level: number; msg: string };

function loggerInto(lines: LogLine[]): Logger {
  return pino({ level: 'debug', base: null }, { write: (line) => lines.push(JSON.parse(line) as LogLine) });
}

/** The health of a server without problems. */
export const WELL: HealthReport = {
  ok: true,
  problems: [],
  uptimeSeconds: 12,
  version: '4.0.0',
  backend: 'up',
  callbacks: { pending: 2, deadLettered: 1, oldestPendingSeconds: 7 },
  webhooks: [],
  sink: null,
};

const CALLBACK: StoredCallback = {
  ...{ id: 1, position: 1, seq: 1, webhookId: 'status_1', sessionId: CONNECTED, kind: 'status-update', body: '{}' },
  ...{ state: 'dead', attempts: 5, lastError: 'the backend answered 500' },
  ...{ createdAtMs: NOW_MS, firstFailedAtMs: NOW_MS, settledAtMs: NOW_MS },
};

function isAmong(sessions: readonly SessionId[] | undefined): boolean {
  return sessions === undefined || sessions.includes(CALLBACK.sessionId);
}

/** One dead callback; tests/api/callbacks.test.ts has real ones. */
const ONE_CALLBACK: CallbackArchive = {
  list: ({ among }) => Promise.resolve(isAmong(among) ? [CALLBACK] : []),
  find: (callbackId) => Promise.resolve(callbackId === CALLBACK.id ? CALLBACK : undefined),
  retry: () => Promise.resolve(true),
  discard: () => Promise.resolve(true),
  replay: () => Promise.resolve(1),
  events: (_page, among) => Promise.resolve(isAmong(among) ? [CALLBACK] : []),
};

/** The path of the route, with this session and the ids of what exists. */
function pathOf({ path }: Pick<Route, 'path'>, sessionId: string): string {
  return path
    .replace(':sessionId', sessionId)
    .replace(':messageId', MESSAGE)
    .replace(':serverId', '101')
    .replace(':callId', CALL.callId)
    .replace(':keyId', KEY.keyId)
    .replace(':draftId', DRAFT.id)
    .replace(':id', String(CALLBACK.id))
    .replace(':groupId', GROUP.groupId)
    .replace(':channelId', CHANNEL.channelId)
    .replace(':linkedGroupId', GROUP.groupId)
    .replace(':code', CODE)
    .replace(':contactId', CONTACT.number)
    .replace(':chatId', CONTACT.number)
    .replace(':labelId', LABEL.labelId);
}

/** The handling of files: at most one mebibyte, and by URL only from this machine. */
export const FILES: HttpAppDeps['files'] = {
  maxBytes: 1024 * 1024,
  allowedHosts: ['127.0.0.1'],
  temporaryDir: tmpdir(),
  userAgent: 'whatsapp-orchestrator/4.0.0',
  resolve: systemResolve,
  ownAddresses: () => [],
};

/** The session with which the route succeeds. */
export function subjectOf({ path }: Pick<Route, 'path'>): string {
  if (path.endsWith('/pairing-code')) return PAIRING_BY_CODE;
  return /\/(qr|relink|passkey|passkey\/confirm)$/.test(path) || path === '/tokens' ? PAIRING : CONNECTED;
}

const WEBHOOK: Subscription = {
  ...{ id: 'sub_4f7k2m9q1x8z3c6v', createdAtMs: NOW_MS, name: '', url: 'https://shop.example.com/', events: null },
  ...{ sessions: null, headers: {}, secret: 'whsec_', isPaused: false },
};
const ACCEPTED = { isAccepted: true, status: null, error: null, durationMs: 1 };

/** One webhook, which has nothing to do; any other is unknown. */
const ONE_WEBHOOK: Subscriptions = {
  list: () => [WEBHOOK],
  find: () => WEBHOOK,
  create: (spec) => Promise.resolve({ ...WEBHOOK, ...spec }),
  change: (_, change) => Promise.resolve({ ...WEBHOOK, ...change }),
  remove: () => Promise.resolve(),
  test: () => Promise.resolve(ACCEPTED),
  counts: () => Promise.resolve({ pending: 0, deadLettered: 0, oldestPendingSeconds: 0 }),
  deadLetters: () => Promise.resolve([]),
  retry: () => Promise.resolve(ACCEPTED),
  discard: () => Promise.resolve(),
  replay: () => Promise.resolve(3),
};

const ENTRY = {
  ...{ atMs: NOW_MS, caller: 'admin', method: 'POST', route: '/keys', tool: null, sessionId: null, status: 200 },
  ...{ requestId: 'request', chain: '', seq: 1, previous: '', hash: 'b2'.repeat(32) },
};

/** An audit log with one entry. */
const ONE_ENTRY: HttpAppDeps['audit'] = {
  record: () => undefined,
  list: () => Promise.resolve([{ ...ENTRY, id: 1 }]),
  verify: () => Promise.resolve([{ chain: '', first: 1, last: 1, hash: ENTRY.hash, brokenAt: null }]),
};

// One for all tests: each instance observes the garbage collector until the process ends.
const METRICS = new PrometheusMetrics();

const PEPPER = 'a pepper for tests';

/** An admin's key, for routes that need one also where `API_KEY` is not set. */
export const ANY_ADMIN = `wak_AdminOfTests_${'x'.repeat(44)}`;

function keyOf(text: string): ApiKey {
  const hash = createHmac('sha256', PEPPER).update(text).digest('hex');
  return { ...KEY, keyId: 'AdminOfTests', name: 'an admin', hash, scopes: ['admin'] };
}

/** The app on top of in-memory doubles, and the doubles. */
export function startApi(overrides: Partial<HttpAppDeps> = {}) {
  const sessions = new SessionsInMemory();
  const media = new Files();
  const scheduled = new ScheduledInMemory();
  const backup = new Backups();
  const settings = new SettingsInMemory();
  const answers = new AnswersInMemory();
  const clock = new HandClock(NOW_MS);
  const lines: LogLine[] = [];
  const log = loggerInto(lines);
  const health: HealthApi = { report: () => Promise.resolve(WELL), hasStarted: true };
  const keyDeps = { store: new KeysInMemory(), settings: NO_SETTINGS, pepper: null, clock, random: systemRandom, log };
  const keys = new ApiKeys(keyDeps, {
    pepper: new Secret(PEPPER),
    keys: overrides.apiKeys ? [KEY] : [KEY, keyOf(ANY_ADMIN)],
  });
  const abandon = (made: SessionId) => endUnlinked(sessions, made);
  const sign = (text: string) => keys.sign(text);
  const tokens = new BrowserTokens({
    store: new TokensInMemory(clock),
    sign,
    clock,
    random: systemRandom,
    log,
    abandon,
  });
  const { drafts, drafted, ...told } = draftsInMemory({ clock, log });
  const core = {
    ...{
      sessions,
      scheduled,
      media,
      settings,
      history: historyInMemory(sessions, clock).history,
      labels: labelsInMemory(sessions),
      people: peopleInMemory(sessions, drafted),
      health,
      metrics: METRICS,
      callbacks: ONE_CALLBACK,
      webhooks: ONE_WEBHOOK,
      keys,
      tokens,
    },
    notifications: { test: () => Promise.resolve([{ ...ACCEPTED, channel: 'email' as const }]) },
    updates: { newerVersion: null },
    masterKey: { change: () => Promise.resolve(13) },
    backup,
    audit: ONE_ENTRY,
    inForce: { list: () => [{ name: 'SEND_RATE', value: '20', isSet: false, isSecret: false }] },
  };
  const app = createHttpApp({
    ...{
      ...core,
      answers,
      drafts,
      clock,
      random: systemRandom,
      log,
      apiKeys: [],
      corsOrigins: [],
      allowedHosts: [],
      files: FILES,
      cluster: singleNode,
    },
    ...{
      rateLimit: 0,
      trustProxy: false,
      dashboard: true,
      compressedBodies: false,
      version: WELL.version,
      authDir: './auth_sessions/',
    },
    ...overrides,
  });
  const parts = { sessions, scheduled, media, backup, settings, answers, drafts, ...told };
  return { app: heldToDocument(app), ...parts, clock, log, lines, keys, tokens };
}

/** What {@link startApi} returns. */
export type Api = ReturnType<typeof startApi>;

/** Ends a streaming response as soon as it has begun. */
function endSoon({ mediaType }: Pick<Route, 'mediaType'>, { sessions, app }: Api): void {
  if (mediaType === EVENT_STREAM) void sessions.followed.then(() => app.drain());
}

/** Sends the route's example request, for this session. */
export function callRoute(
  route: Route,
  api: Api,
  { sessionId = subjectOf(route), headers = {} }: { sessionId?: string; headers?: Record<string, string> } = {},
) {
  endSoon(route, api);
  const sent = request(targetOf(api.app))
    [route.method](pathOf(route, sessionId))
    .agent(globalAgent)
    .query(route.example.query ?? {})
    .set(route.needsKey === true ? { Authorization: `Bearer ${ANY_ADMIN}`, ...headers } : headers);
  if (route.mediaType?.endsWith('ndjson')) return sent.buffer(true);
  return route.example.body === undefined ? sent : sent.send(route.example.body as object);
}

/** Runs all checks, and fails with the names of those that fail. */
export async function checkAll(checks: readonly (readonly [name: string, check: () => unknown])[]): Promise<void> {
  const failures: string[] = [];
  for (const [name, check] of checks) {
    try {
      await check();
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  expect(failures).toEqual([]);
}

/** Resolves once the log has an entry with this text. */
export async function logged(lines: { msg: string }[], msg: string): Promise<void> {
  while (!lines.some((line) => line.msg === msg)) await new Promise((resolve) => setImmediate(resolve));
}
