import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { type PhoneNumber, type Recipient } from '../../src/domain/address.ts';
import { AppError } from '../../src/domain/errors.ts';
import { type OutgoingMessage } from '../../src/domain/outgoing.ts';
import { parseSessionId, type SessionId } from '../../src/domain/session-id.ts';
import { type PairingCode, type QrCode, SESSION_STATUSES, type SessionStatus } from '../../src/domain/session.ts';
import {
  type HealthApi,
  type HealthReport,
  type MediaApi,
  type SessionsApi,
  type SettingsApi,
} from '../../src/http/core.ts';
import { EVENT_STREAM, type Route } from '../../src/http/route.ts';
import { ApiKeys, BrowserTokens, createHttpApp, type HttpAppDeps, systemResolve } from '../../src/http/server.ts';
import { type SessionView } from '../../src/http/views/session-view.ts';
import { type TimelineEntry } from '../../src/http/views/timeline-entry.ts';
import { type Logger } from '../../src/kit/logger.ts';
import { systemRandom } from '../../src/kit/random.ts';
import { Secret } from '../../src/kit/secret.ts';
import { PrometheusMetrics } from '../../src/metrics/prometheus.ts';
import { type CallbackArchive, type StoredCallback } from '../../src/ports/callbacks.ts';
import { type ConnectionActions } from '../../src/ports/connection-actions.ts';
import { type MediaFile } from '../../src/ports/media.ts';
import { type IdempotencyStore, type StoredAnswer } from '../../src/ports/storage.ts';
import { type SendResult } from '../../src/sessions/outbound.ts';
import { type RecentMessage } from '../../src/sessions/recent-messages.ts';
import { type SessionListener, type SessionEvent } from '../../src/sessions/session-events.ts';
import { CONTACT, GROUP, ConnectionInMemory } from './connection-in-memory.ts';
import { HandClock } from './hand-clock.ts';
import { heldToDocument } from './held-to-document.ts';
import { KEY, KeysInMemory, NO_SETTINGS } from './keys-in-memory.ts';

/** Monday, 15 January 2024, 10:30 UTC: the moment of the seed's examples. */
const NOW_MS = Date.UTC(2024, 0, 15, 10, 30);

/** A session that is connected. */
export const CONNECTED = id('session_1705312200123_abc123def');

/** A session that shows a code to be typed. */
export const PAIRING_BY_CODE = id('session_1705312200789_mno789pqr');

/** A session that shows a QR. */
export const PAIRING = id('session_1705312200456_ghi456jkl');

export function id(text: string): SessionId {
  const parsed = parseSessionId(text);
  if (parsed === undefined) throw new Error(`not the form of a session id: ${text}`);
  return parsed;
}

export function viewOf(sessionId: SessionId, status: SessionStatus): SessionView {
  const linked = status !== 'connecting';
  return {
    session_id: sessionId,
    phone_number: linked ? '5491234567890' : null,
    status,
    last_seen: linked ? '2024-01-15T10:30:00.000Z' : null,
    auth_folder_path: `./auth_sessions/${sessionId}`,
    server_port: null,
    whatsapp_user_id: linked ? '5491234567890:1@s.whatsapp.net' : null,
    created_at: '2024-01-15T10:30:00.000Z',
    updated_at: '2024-01-15T10:30:00.000Z',
    error_message: null,
    reconnecting: false,
    account_restricted: false,
    restricted_until: null,
    sessionId,
    phoneNumber: linked ? '5491234567890' : null,
  };
}

/** Sessions in memory: what http/ promises is tested on it, without a WhatsApp behind. */
class SessionsInMemory implements SessionsApi {
  readonly views = new Map<SessionId, SessionView>();
  readonly sent: ({ sessionId: SessionId } & OutgoingMessage)[] = [];
  /** For which requests they were sent. */
  readonly requestIds: string[] = [];
  readonly restarted: SessionId[] = [];
  /** What the line of the connected session does. */
  readonly onLine = new ConnectionInMemory();
  /** Thrown by the next calls that talk to WhatsApp, until it is set to `undefined`. */
  failure: unknown;
  /** The last messages of the sessions; `undefined` where they are not kept. */
  messages: RecentMessage[] | undefined = [];
  /** What sending waits for. */
  hold: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<SessionListener>();
  readonly #followed = Promise.withResolvers<undefined>();
  #made = 0;

  constructor() {
    this.views.set(CONNECTED, viewOf(CONNECTED, 'connected'));
    this.views.set(PAIRING, viewOf(PAIRING, 'connecting'));
  }

  generateQr(): Promise<{ sessionId: SessionId; qr: QrCode }> {
    if (this.failure !== undefined) return this.#fail();
    const sessionId = id(`session_${NOW_MS}_made0000${++this.#made}`);
    this.views.set(sessionId, viewOf(sessionId, 'connecting'));
    return Promise.resolve({ sessionId, qr: qrOf(sessionId) });
  }

  pairByCode(number: PhoneNumber): Promise<{ sessionId: SessionId; code: PairingCode }> {
    if (this.failure !== undefined) return this.#fail();
    return Promise.resolve({ sessionId: PAIRING_BY_CODE, code: { ...CODE, number } });
  }

  async currentPairingCode(sessionId: SessionId): Promise<PairingCode> {
    await Promise.resolve(sessionId === PAIRING_BY_CODE || this.view(sessionId));
    if (sessionId !== PAIRING_BY_CODE) throw new AppError('session_not_pairing');
    return CODE;
  }

  list(): SessionView[] {
    return [...this.views.values()];
  }

  view(sessionId: SessionId): SessionView {
    const view = this.views.get(sessionId);
    if (view === undefined) throw new AppError('session_not_found');
    return view;
  }

  async timeline(sessionId: SessionId): Promise<TimelineEntry[]> {
    const { created_at: at } = await Promise.resolve(this.view(sessionId));
    return [{ at, what: 'created', why: null }];
  }

  async currentQr(sessionId: SessionId): Promise<QrCode> {
    const { status } = await Promise.resolve(this.view(sessionId));
    if (status !== 'connecting') throw new AppError('session_not_pairing');
    return qrOf(sessionId);
  }

  async send(sessionId: SessionId, message: OutgoingMessage, requestId: string): Promise<SendResult> {
    if (this.view(sessionId).status !== 'connected') throw new AppError('session_not_connected');
    this.sent.push({ sessionId, ...message });
    this.requestIds.push(requestId);
    await this.hold;
    if (this.failure !== undefined) return this.#fail();
    return { messageId: `3EB0${this.sent.length}`, status: 'sent', to: addressOf(message.to) };
  }

  async connection(sessionId: SessionId): Promise<ConnectionActions> {
    if (this.view(sessionId).status !== 'connected') throw new AppError('session_not_connected');
    if (this.failure !== undefined) return this.#fail();
    return this.onLine;
  }

  async restart(sessionId: SessionId): Promise<SessionView> {
    const view = this.view(sessionId);
    if (this.failure !== undefined) return this.#fail();
    this.restarted.push(sessionId);
    return view;
  }

  remove(sessionId: SessionId): Promise<void> {
    if (!this.views.delete(sessionId)) return Promise.reject(new AppError('session_not_found'));
    return Promise.resolve();
  }

  /** How many listen to what happens to the sessions. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Resolves when somebody does. */
  get followed(): Promise<undefined> {
    return this.#followed.promise;
  }

  watch(listener: SessionListener): () => void {
    this.#listeners.add(listener);
    this.#followed.resolve(undefined);
    return () => this.#listeners.delete(listener);
  }

  /** Tells those who listen. */
  tell(news: SessionEvent): void {
    for (const listener of this.#listeners) listener(news);
  }

  recentMessages(sessionId: SessionId, limit: number): RecentMessage[] {
    this.view(sessionId);
    if (this.messages === undefined) throw new AppError('messages_not_kept');
    return this.messages.slice(-limit);
  }

  counts(): Record<SessionStatus, number> {
    const count = (status: SessionStatus) => this.list().filter((view) => view.status === status).length;
    return Object.fromEntries(SESSION_STATUSES.map((status) => [status, count(status)])) as Record<
      SessionStatus,
      number
    >;
  }

  async #fail(): Promise<never> {
    await Promise.resolve();
    throw this.failure;
  }
}

const CODE: PairingCode = { text: 'ABCD1234', number: '5491234567890' as PhoneNumber, expiresAtMs: NOW_MS + 180_000 };

function addressOf(to: Recipient | null): string {
  if (to === null) return 'the conversation of the earlier message';
  return to.kind === 'jid' ? to.jid : `${to.number}@s.whatsapp.net`;
}

function qrOf(sessionId: SessionId): QrCode {
  return { text: `2@${sessionId},a,b,c,1`, generatedAtMs: NOW_MS, expiresAtMs: NOW_MS + 60_000 };
}

/** A message whose file can be fetched. */
export const MESSAGE = '3EB0C767D097B7C7C1A5';

/** Files of messages: any of them is this very file. */
class Files implements MediaApi {
  readonly file: MediaFile = {
    path: `./downloads/${CONNECTED}/${MESSAGE}.ts`,
    absolutePath: fileURLToPath(import.meta.url),
    mimetype: null,
    fileName: null,
    size: 0,
  };
  /** The messages whose files are on the disk. */
  readonly onDisk = new Set<string>();
  /** The messages whose files were fetched. */
  readonly fetchedFor: string[] = [];
  /** Thrown by the next fetches. */
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

/** Settings in memory. */
class SettingsInMemory implements SettingsApi {
  #downloadMedia = false;

  downloadMedia(): boolean {
    return this.#downloadMedia;
  }

  setDownloadMedia(enabled: boolean): Promise<void> {
    this.#downloadMedia = enabled;
    return Promise.resolve();
  }
}

/** Stored answers in memory. */
class AnswersInMemory implements IdempotencyStore {
  readonly answers = new Map<string, StoredAnswer>();
  failure: Error | undefined;

  find(scope: string, key: string): Promise<StoredAnswer | undefined> {
    return Promise.resolve(this.answers.get(`${scope} ${key}`));
  }

  save(scope: string, key: string, answer: StoredAnswer): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    this.answers.set(`${scope} ${key}`, answer);
    return Promise.resolve();
  }
}

/** An answer as supertest gives it, without its `any`. */
interface Answer {
  status: number;
  body: unknown;
  headers: Record<string, string>;
}

export async function answerTo(sent: PromiseLike<Answer>): Promise<Answer> {
  return sent;
}

/** A line of the log. */
export type LogLine = Record<string, unknown> & { level: number; msg: string };

function loggerInto(lines: LogLine[]): Logger {
  return pino({ level: 'debug', base: null }, { write: (line) => lines.push(JSON.parse(line) as LogLine) });
}

/** How a server is that has nothing to complain of. */
export const WELL: HealthReport = {
  ok: true,
  problems: [],
  uptimeSeconds: 12,
  version: '4.0.0',
  backend: 'up',
  callbacks: { pending: 2, deadLettered: 1, oldestPendingSeconds: 7 },
};

const CALLBACK: StoredCallback = {
  ...{ id: 1, position: 1, seq: 1, webhookId: 'status_1', sessionId: CONNECTED, kind: 'status-update', body: '{}' },
  ...{ state: 'dead', attempts: 5, lastError: 'the backend answered 500' },
  ...{ createdAtMs: NOW_MS, firstFailedAtMs: NOW_MS, settledAtMs: NOW_MS },
};

function isAmong(sessions: readonly SessionId[] | undefined): boolean {
  return sessions === undefined || sessions.includes(CALLBACK.sessionId);
}

/** One callback, which was given up; tests/api/callbacks.test.ts has real ones. */
const ONE_CALLBACK: CallbackArchive = {
  list: ({ among }) => Promise.resolve(isAmong(among) ? [CALLBACK] : []),
  find: (wanted) => Promise.resolve(wanted === CALLBACK.id ? CALLBACK : undefined),
  retry: () => Promise.resolve(true),
  replay: () => Promise.resolve(1),
  events: (_page, among) => Promise.resolve(isAmong(among) ? [CALLBACK] : []),
};

/** The path of the route for this session, or for the callback that is there. */
export function pathOf({ path }: Pick<Route, 'path'>, sessionId: string): string {
  return path
    .replace(':sessionId', sessionId)
    .replace(':messageId', MESSAGE)
    .replace(':keyId', KEY.keyId)
    .replace(':id', String(CALLBACK.id))
    .replace(':groupId', GROUP.group_id)
    .replace(':contactId', CONTACT.number);
}

/** How files are taken: of a mebibyte at most, and by URL from this machine. */
export const FILES: HttpAppDeps['files'] = {
  maxBytes: 1024 * 1024,
  allowedHosts: ['127.0.0.1'],
  temporaryDir: tmpdir(),
  userAgent: 'whatsapp-orchestrator/4.0.0',
  resolve: systemResolve,
};
/** A session that the route has something to say of. */
export function subjectOf({ path }: Pick<Route, 'path'>): string {
  if (path.endsWith('/pairing-code')) return PAIRING_BY_CODE;
  return path.endsWith('/qr') ? PAIRING : CONNECTED;
}

/** An app on doubles, and the doubles. */
export function startApi(overrides: Partial<HttpAppDeps> = {}) {
  const sessions = new SessionsInMemory();
  const media = new Files();
  const settings = new SettingsInMemory();
  const answers = new AnswersInMemory();
  const clock = new HandClock(NOW_MS);
  const lines: LogLine[] = [];
  const log = loggerInto(lines);
  const health: HealthApi = { report: () => Promise.resolve(WELL), hasStarted: true };
  const metrics = new PrometheusMetrics();
  const parts = { store: new KeysInMemory(), settings: NO_SETTINGS, pepper: null, clock, random: systemRandom, log };
  const keys = new ApiKeys(parts, { pepper: new Secret('a pepper of the tests'), keys: [KEY] });
  const tokens = new BrowserTokens(parts);
  const masterKey = { change: () => Promise.resolve(13) };
  const core = { sessions, media, settings, health, metrics, callbacks: ONE_CALLBACK, keys, tokens, masterKey };
  const limits = { rateLimit: 0, trustProxy: false as const, dashboard: true, version: WELL.version };
  const deps = { ...core, ...limits, answers, clock, log, apiKeys: [], corsOrigins: [], files: FILES, ...overrides };
  const app = heldToDocument(createHttpApp(deps));
  return { app, sessions, media, settings, answers, clock, log, lines, keys, tokens };
}

/** Has a route that streams end as soon as it has begun. */
export function endSoon({ mediaType }: Pick<Route, 'mediaType'>, { sessions, app }: ReturnType<typeof startApi>): void {
  if (mediaType === EVENT_STREAM) void sessions.followed.then(() => app.drain());
}

/** Resolves once the log has the line. */
export async function logged(lines: { msg: string }[], msg: string): Promise<void> {
  while (!lines.some((line) => line.msg === msg)) await new Promise((resolve) => setImmediate(resolve));
}
