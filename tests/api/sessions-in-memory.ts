import type { PhoneNumber } from '../../src/domain/address.ts';
import { AppError } from '../../src/domain/errors.ts';
import type { OutgoingMessage } from '../../src/domain/outgoing.ts';
import { dayOf, type SessionRisk } from '../../src/domain/risk.ts';
import { parseSessionId, type SessionId } from '../../src/domain/session-id.ts';
import {
  type PairingCode,
  type QrCode,
  SESSION_STATUSES,
  type SessionPhase,
  type SessionRecord,
  type SessionStatus,
  statusOf,
} from '../../src/domain/session.ts';
import type { Passkey, PasskeyAssertion } from '../../src/domain/passkey.ts';
import { NO_PROFILE } from '../../src/domain/session-profile.ts';
import type { NamedPerson } from '../../src/domain/person.ts';
import type { ContactPage } from '../../src/ports/storage.ts';
import type { TimelineNote } from '../../src/domain/timeline.ts';
import type { PasskeyApi, SessionsApi } from '../../src/http/core.ts';
import type { SessionView } from '../../src/http/views/session-view.ts';
import type { ConnectionActions } from '../../src/ports/connection-actions.ts';
import type { SendResult } from '../../src/sessions/outbound.ts';
import type { RecentMessage } from '../../src/sessions/recent-messages.ts';
import type { SessionChanges } from '../../src/sessions/state/session-control.ts';
import type { SessionListener, SessionEvent } from '../../src/sessions/session-events.ts';
import { addressOf } from './address-of.ts';
import { ConnectionInMemory } from './connection-in-memory.ts';

/** Monday, 15 January 2024, 10:30 UTC: the moment of the seed's examples. */
export const NOW_MS = Date.UTC(2024, 0, 15, 10, 30);

/** A connected session. */
export const CONNECTED = id('session_1705312200123_abc123def');

/** A session that offers a pairing code. */
export const PAIRING_BY_CODE = id('session_1705312200789_mno789pqr');

/** A session that offers a QR. */
export const PAIRING = id('session_1705312200456_ghi456jkl');

export function id(text: string): SessionId {
  const parsed = parseSessionId(text);
  if (parsed === undefined) throw new Error(`not a session id: ${text}`);
  return parsed;
}

const PHASES: Record<SessionStatus, SessionPhase> = {
  connecting: 'pairing',
  connected: 'online',
  disconnected: 'closed',
  error: 'failed',
};

/** A session as the core knows it. */
export function recordOf(
  sessionId: SessionId,
  status: SessionStatus,
  change: Partial<SessionRecord> = {},
): SessionRecord {
  const linked = status !== 'connecting';
  return {
    sessionId,
    phase: PHASES[status],
    identity: linked
      ? { phoneNumber: '5491234567890' as PhoneNumber, whatsappUserId: '5491234567890:1@s.whatsapp.net' }
      : null,
    announced: linked,
    errorMessage: null,
    lastSeenMs: linked ? NOW_MS : null,
    retryAtMs: null,
    restrictedUntilMs: null,
    passkey: null,
    createdAtMs: NOW_MS,
    updatedAtMs: NOW_MS,
    ...change,
  };
}

/** The REST form of {@link recordOf}. */
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
    error_reason: null,
    reconnecting: false,
    account_restricted: false,
    restricted_until: null,
    new_chat_cap: null,
    passkey: null,
    push_name: null,
    ...{ name: null, labels: [], metadata: {}, device_name: null, proxy: null, warm_up: null, stopped: false },
    sessionId,
    phoneNumber: linked ? '5491234567890' : null,
  };
}

/** A passkey that WhatsApp wants. */
const WANTED_PASSKEY: Passkey = {
  stage: 'wanted',
  options: { challenge: 'q83vEjRWeJCrze8SNFZ4kA', rpId: 'whatsapp.com' },
  expiresAtMs: NOW_MS + 600_000,
};

/** A session with something of everything. */
const RISK = (sessionId: SessionId): SessionRisk => ({
  ...{ sessionId, level: 'high', linkedSinceMs: NOW_MS, begunDay: 4, sentHour: 18, sentDay: 140 },
  reasons: [
    { code: 'restricted', level: 'high' },
    { code: 'few_answers', level: 'medium' },
  ],
  answers: { begun: 12, answered: 2 },
  refusals: [{ dayMs: dayOf(NOW_MS), code: '463', count: 2, lastAtMs: NOW_MS }],
  restrictedUntilMs: NOW_MS + 3_600_000,
  cap: { limit: 40, used: 12, resetsAtMs: null },
  limits: [{ setting: 'NEW_CONVERSATIONS_DAY', limit: 10, used: 4, why: 'The warm-up plan.' }],
  warmUp: { day: 3, budget: 10, used: 4, plan: [{ fromDay: 1, perDay: 10 }] },
  slowdown: { divisor: 4, fasterAtMs: NOW_MS + 60_000 },
});

/** A passkey in memory: whatever is answered, its stage stays. */
class PasskeyInMemory implements PasskeyApi {
  readonly answers: PasskeyAssertion[] = [];
  readonly comparisons: boolean[] = [];
  now: Passkey | undefined;

  constructor(now: Passkey | undefined) {
    this.now = now;
  }

  current(): Passkey {
    if (!this.now) throw new AppError('passkey_not_wanted');
    return this.now;
  }

  async answer(assertion: PasskeyAssertion): Promise<void> {
    await Promise.resolve(this.current());
    this.answers.push(assertion);
  }

  async compared(areSame: boolean): Promise<void> {
    await Promise.resolve(this.current());
    this.comparisons.push(areSame);
  }
}

/** Sessions in memory, without a WhatsApp behind them. */
export class SessionsInMemory implements SessionsApi {
  readonly records = new Map<SessionId, SessionRecord>();
  readonly sent: ({ sessionId: SessionId } & OutgoingMessage)[] = [];
  /** The ids of the requests that sent them. */
  readonly requestIds: string[] = [];
  readonly restarted: SessionId[] = [];
  /** The connection of the connected session. */
  readonly openConnection = new ConnectionInMemory();
  /** The passkey that WhatsApp wants for the session that is pairing. */
  readonly openPasskey = new PasskeyInMemory(WANTED_PASSKEY);
  /** Thrown by calls that need WhatsApp, until it is reset to `undefined`. */
  failure: unknown;
  /** The recent messages of every session; `undefined` if they are not kept. */
  messages: RecentMessage[] | undefined = [];
  /** What sending waits for. */
  hold: Promise<unknown> = Promise.resolve();
  /** What listing waits for. */
  holdList: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<SessionListener>();
  readonly #followed = Promise.withResolvers<undefined>();
  #created = 0;

  constructor() {
    this.records.set(CONNECTED, recordOf(CONNECTED, 'connected'));
    this.records.set(PAIRING, recordOf(PAIRING, 'connecting'));
  }

  generateQr(spec?: SessionChanges): Promise<{ sessionId: SessionId; qr: QrCode }> {
    if (this.failure !== undefined) return this.#fail();
    const sessionId = id(`session_${NOW_MS}_made0000${++this.#created}`);
    const said = spec && { profile: { ...NO_PROFILE, ...spec.profile } };
    this.records.set(sessionId, recordOf(sessionId, 'connecting', said));
    return Promise.resolve({ sessionId, qr: qrOf(sessionId) });
  }

  createSession({ profile }: SessionChanges): Promise<SessionRecord> {
    if (this.failure !== undefined) return this.#fail();
    const sessionId = id(`session_${NOW_MS}_made0000${++this.#created}`);
    return Promise.resolve(this.#store(recordOf(sessionId, 'connecting', { profile: { ...NO_PROFILE, ...profile } })));
  }

  async change(sessionId: SessionId, { profile }: SessionChanges): Promise<SessionRecord> {
    const record = await this.view(sessionId);
    if (this.failure !== undefined) return this.#fail();
    return this.#store({ ...record, profile: { ...NO_PROFILE, ...record.profile, ...profile } });
  }

  async stop(sessionId: SessionId): Promise<SessionRecord> {
    await this.#requireConnected(sessionId);
    if (this.failure !== undefined) return this.#fail();
    return this.#store({ ...(await this.view(sessionId)), phase: 'stopped' });
  }

  async start(sessionId: SessionId): Promise<SessionRecord> {
    await this.view(sessionId);
    if (this.failure !== undefined) return this.#fail();
    return this.#store({ ...(await this.view(sessionId)), phase: 'online' });
  }

  async relink(sessionId: SessionId): Promise<SessionRecord> {
    const record = await this.view(sessionId);
    if (this.failure !== undefined) return this.#fail();
    if (record.phase !== 'closed' && record.phase !== 'pairing') throw new AppError('session_linked');
    return this.#store({ ...record, phase: 'pairing' });
  }

  async relinkByCode(sessionId: SessionId): Promise<{ record: SessionRecord; code: PairingCode }> {
    return { record: await this.relink(sessionId), code: CODE };
  }

  #store(record: SessionRecord): SessionRecord {
    this.records.set(record.sessionId, record);
    return record;
  }

  pairByCode(number: PhoneNumber): Promise<{ sessionId: SessionId; code: PairingCode }> {
    if (this.failure !== undefined) return this.#fail();
    return Promise.resolve({ sessionId: PAIRING_BY_CODE, code: { ...CODE, number } });
  }

  async currentPairingCode(sessionId: SessionId): Promise<PairingCode> {
    if (sessionId === PAIRING_BY_CODE) return CODE;
    await this.view(sessionId);
    throw new AppError('session_not_pairing');
  }

  /** No account was linked again. */
  resolve(sessionId: SessionId): Promise<SessionId> {
    return Promise.resolve(sessionId);
  }

  async list(): Promise<SessionRecord[]> {
    const records = [...this.records.values()];
    await this.holdList;
    return records;
  }

  own(): SessionRecord[] {
    return [...this.records.values()];
  }

  async view(sessionId: SessionId): Promise<SessionRecord> {
    await Promise.resolve();
    const record = this.records.get(sessionId);
    if (record === undefined) throw new AppError('session_not_found');
    return record;
  }

  async contacts(sessionId: SessionId, { after, limit }: ContactPage): Promise<NamedPerson[]> {
    await this.view(sessionId);
    const people = ['123456789012345@lid', '5491122334455'].filter((person) => person > after).slice(0, limit);
    return people.map((person) => ({ person, pushName: 'Ana', savedName: 'Ana Torres', username: null }));
  }

  async timeline(sessionId: SessionId): Promise<TimelineNote[]> {
    const { createdAtMs } = await this.view(sessionId);
    return [{ atMs: createdAtMs, what: 'created', why: null }];
  }

  async risk(sessionId: SessionId): Promise<SessionRisk> {
    await this.view(sessionId);
    return RISK(sessionId);
  }

  async currentQr(sessionId: SessionId): Promise<QrCode> {
    const { phase } = await this.view(sessionId);
    if (phase !== 'pairing') throw new AppError('session_not_pairing');
    return qrOf(sessionId);
  }

  async passkey(sessionId: SessionId): Promise<PasskeyApi> {
    const { phase } = await this.view(sessionId);
    if (this.failure !== undefined) return this.#fail();
    return phase === 'pairing' ? this.openPasskey : new PasskeyInMemory(undefined);
  }

  async send(sessionId: SessionId, message: OutgoingMessage, requestId: string): Promise<SendResult> {
    await this.#requireConnected(sessionId);
    this.sent.push({ sessionId, ...message });
    this.requestIds.push(requestId);
    await this.hold;
    if (this.failure !== undefined) return this.#fail();
    return { messageId: `3EB0${this.sent.length}`, status: 'sent', to: addressOf(message.to) };
  }

  async connection(sessionId: SessionId): Promise<ConnectionActions> {
    await this.#requireConnected(sessionId);
    if (this.failure !== undefined) return this.#fail();
    return this.openConnection;
  }

  async restart(sessionId: SessionId): Promise<SessionRecord> {
    const record = await this.view(sessionId);
    if (this.failure !== undefined) return this.#fail();
    this.restarted.push(sessionId);
    return record;
  }

  remove(sessionId: SessionId): Promise<void> {
    if (!this.records.delete(sessionId)) return Promise.reject(new AppError('session_not_found'));
    return Promise.resolve();
  }

  /** The number of listeners. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Resolves with the first listener. */
  get followed(): Promise<undefined> {
    return this.#followed.promise;
  }

  watch(listener: SessionListener): () => void {
    this.#listeners.add(listener);
    this.#followed.resolve(undefined);
    return () => this.#listeners.delete(listener);
  }

  emit(event: SessionEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  async recentMessages(sessionId: SessionId, limit: number): Promise<RecentMessage[]> {
    await this.view(sessionId);
    if (this.messages === undefined) throw new AppError('messages_not_kept');
    return this.messages.slice(-limit);
  }

  counts(): Promise<Record<SessionStatus, number>> {
    const statuses = [...this.records.values()].map(({ phase }) => statusOf(phase));
    const count = (status: SessionStatus) => statuses.filter((each) => each === status).length;
    const counts = Object.fromEntries(SESSION_STATUSES.map((status) => [status, count(status)]));
    return Promise.resolve(counts as Record<SessionStatus, number>);
  }

  async #requireConnected(sessionId: SessionId): Promise<void> {
    const { phase } = await this.view(sessionId);
    if (phase !== 'online') throw new AppError('session_not_connected');
  }

  async #fail(): Promise<never> {
    await Promise.resolve();
    throw this.failure;
  }
}

const CODE: PairingCode = { text: 'ABCD1234', number: '5491234567890' as PhoneNumber, expiresAtMs: NOW_MS + 180_000 };

function qrOf(sessionId: SessionId): QrCode {
  return { text: `2@${sessionId},a,b,c,1`, generatedAtMs: NOW_MS, expiresAtMs: NOW_MS + 60_000 };
}
