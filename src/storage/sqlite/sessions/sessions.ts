import type { PhoneNumber } from '../../../domain/address.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import { isSessionPhase, type SessionPhase, type SessionRecord } from '../../../domain/session.ts';
import type { TimelineNote } from '../../../domain/timeline.ts';
import type { Secret } from '../../../kit/secret.ts';
import type { NewCallback } from '../../../ports/callbacks.ts';
import type { SessionChange, SessionLimits, SessionStore, SessionWrites, StoredRoute } from '../../../ports/storage.ts';
import { sessionPhase } from '../../shared/encryption/cell-address.ts';
import { refusedBy } from '../../shared/session-limits.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
import type { Outbox } from '../callbacks/outbox.ts';
import type { SqliteDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';
import type { DeviceMove } from '../signal/device-move.ts';
import type { SqliteJournal } from '../signal/journal.ts';
import type { SqliteAccountIdStore } from './account-ids.ts';
import type { SqliteAwaitedNumberStore } from './awaited-numbers.ts';
import type { SqliteChatTimerStore } from './chat-timers.ts';
import type { SqliteConversationStore } from './conversations.ts';
import type { SqliteHistoryStore } from './history.ts';
import type { SqlitePollVoteStore } from './poll-votes.ts';
import type { SqliteSessionProfiles } from './session-profiles.ts';
import type { SqliteTimeline } from './timeline.ts';

/** A session as it is read. */
interface Row extends StoredRow {
  /** Sealed JSON. */
  profile: string | null;
}

/** The columns of `sessions`. */
interface StoredRow {
  sessionId: SessionId;
  /** A {@link SessionPhase}, unless it is damaged. */
  phase: SessionPhase;
  phoneNumber: PhoneNumber | null;
  whatsappUserId: string | null;
  announced: number;
  errorMessage: string | null;
  lastSeenMs: number | null;
  retryAtMs: number | null;
  restrictedUntilMs: number | null;
  createdAtMs: number;
  updatedAtMs: number;
}

/** The tables whose rows go with their session. Callbacks, stored answers and files outlive it. */
const SESSION_TABLES = [
  'credentials',
  'signal_keys',
  'journal',
  'sent_messages',
  'scheduled_messages',
  'conversations',
  'refusals',
  'poll_votes',
  'contact_names',
  'chat_timers',
  'chat_labels',
  'labeled_items',
  'join_requests',
  'awaited_numbers',
  'kept_messages',
  'history_settings',
  'timeline',
  'damaged_values',
  'session_profiles',
  'sessions',
];

/** The dependencies of {@link SqliteSessionStore}. */
export interface SessionStoreDeps {
  outbox: Outbox;
  history: SqliteHistoryStore;
  journal: SqliteJournal;
  pollVotes: SqlitePollVoteStore;
  chatTimers: SqliteChatTimerStore;
  conversations: SqliteConversationStore;
  awaitedNumbers: SqliteAwaitedNumberStore;
  timeline: SqliteTimeline;
  accountIds: SqliteAccountIdStore;
  deviceMove: DeviceMove;
  vault: Vault;
  damaged: SqliteDamagedValues;
  profiles: SqliteSessionProfiles;
}

/** The sessions. Each change is one transaction with its callbacks. */
export class SqliteSessionStore implements SessionStore {
  readonly #db: Database;
  readonly #deps: SessionStoreDeps;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, deps: SessionStoreDeps) {
    this.#db = db;
    this.#deps = deps;
    this.#sql = prepare(db);
  }

  all(): Promise<SessionRecord[]> {
    return this.#db.read(() => this.#sql.all.all().map((row) => this.#fromRow(row)));
  }

  some(sessionIds: readonly SessionId[]): Promise<SessionRecord[]> {
    return this.#db.read(() => this.#sql.some.all(JSON.stringify(sessionIds)).map((row) => this.#fromRow(row)));
  }

  counts(): Promise<Map<SessionPhase, number>> {
    return this.#db.read(() => this.#counts());
  }

  proxyOf(sessionId: SessionId): Promise<Secret | 'unreadable' | undefined> {
    return this.#db.read(() => this.#deps.profiles.proxyOf(sessionId));
  }

  routeOf(sessionId: SessionId): Promise<StoredRoute> {
    return this.#db.read(() => this.#deps.profiles.routeOf(sessionId));
  }

  async create(record: SessionRecord, note: TimelineNote, limits: SessionLimits, proxy?: Secret): Promise<void> {
    const { profile } = record;
    const refusal = await this.#db.write(() => {
      const refused = refusedBy(limits, this.#counts());
      if (!refused) this.#commit(record, [{ events: [], writes: { note, profile, proxy } }]);
      return refused;
    });
    if (refusal) throw refusal;
  }

  commit(record: SessionRecord, events: readonly NewCallback[], writes: SessionWrites = {}): Promise<number> {
    return this.#db.write(() => this.#commit(record, [{ events, writes }])[0] ?? 0);
  }

  commitAll(record: SessionRecord, changes: readonly SessionChange[]): Promise<number[]> {
    return this.#db.write(() => this.#commit(record, changes));
  }

  /** The data key goes last: what is left of the session in free pages cannot be read without it. */
  remove(sessionId: SessionId, events: readonly NewCallback[]): Promise<void> {
    return this.#db.write(() => {
      this.#deps.outbox.commit(() => this.#forget(sessionId), { events, withdrawQrOf: sessionId });
    });
  }

  #fromRow({ profile, ...row }: Row): SessionRecord {
    const said = this.#deps.profiles.read(row.sessionId, profile);
    return { ...fromRow(this.#withPhase(row)), ...(said && { profile: said }) };
  }

  /** A session whose phase is damaged reconnects, or offers a QR: either finds out where it stands. */
  #withPhase(row: StoredRow): StoredRow {
    if (isSessionPhase(row.phase)) return row;
    const { sessionId, phase: stored } = row;
    const phase: SessionPhase = row.announced === 1 ? 'lost' : 'pairing';
    const repair = () => this.#sql.setPhase.run(phase, sessionId, stored);
    this.#deps.damaged.damaged({ sessionId, cell: sessionPhase(sessionId), stored }, repair);
    return { ...row, phase };
  }

  #counts(): Map<SessionPhase, number> {
    return new Map(this.#sql.counts.all().map(({ phase, count }) => [phase, count]));
  }

  #commit(record: SessionRecord, changes: readonly SessionChange[]): number[] {
    const write = () => {
      this.#sql.upsert.run(toRow(record));
      for (const { writes } of changes) this.#write(record, writes);
      // Of a burst, mostly one person.
      const heardFrom = new Set(changes.flatMap(({ writes }) => writes.heardFrom ?? []));
      for (const peer of heardFrom) this.#deps.conversations.heardFrom(record.sessionId, peer);
    };
    const withdrawQrOf = changes.find(({ writes }) => writes.deviceOf !== undefined)?.writes.deviceOf;
    const events = changes.flatMap((change) => change.events);
    const stored = this.#deps.outbox.commit(write, { events, ...(withdrawQrOf !== undefined && { withdrawQrOf }) });
    const isNew = stored.values();
    return changes.map(({ events }) => events.filter(() => isNew.next().value).length);
  }

  #write({ sessionId, identity }: SessionRecord, writes: SessionWrites): void {
    const { note, announces, deviceOf } = writes;
    if (deviceOf !== undefined) this.#takeDevice(deviceOf, sessionId);
    if (announces === true && identity) this.#deps.accountIds.announced(identity.phoneNumber, sessionId);
    this.#writeMessage(sessionId, writes);
    if (note !== undefined) this.#deps.timeline.add(sessionId, note);
    this.#deps.profiles.write(sessionId, writes);
  }

  #writeMessage(sessionId: SessionId, { handled, vote, timer, awaited, kept }: SessionWrites): void {
    if (kept !== undefined) this.#deps.history.keep(sessionId, kept);
    if (handled !== undefined) this.#deps.journal.handled(sessionId, handled);
    if (vote !== undefined) this.#deps.pollVotes.cast(sessionId, vote);
    if (timer !== undefined) this.#deps.chatTimers.note(sessionId, timer);
    if (awaited !== undefined) this.#deps.awaitedNumbers.add(sessionId, awaited);
  }

  #takeDevice(from: SessionId, to: SessionId): void {
    this.#deps.deviceMove.run(from, to);
    this.#deps.accountIds.addAlias(from, to);
    this.#forget(from);
  }

  #forget(sessionId: SessionId): void {
    for (const statement of this.#sql.remove) statement.run(sessionId);
    this.#deps.vault.forget(sessionId);
  }
}

function toRow({ identity, announced, ...record }: SessionRecord): StoredRow {
  const rest = { ...record };
  delete rest.newChatCap;
  delete rest.pushName;
  delete rest.profile;
  return {
    ...rest,
    announced: announced ? 1 : 0,
    phoneNumber: identity?.phoneNumber ?? null,
    whatsappUserId: identity?.whatsappUserId ?? null,
  };
}

function fromRow({ phoneNumber, whatsappUserId, announced, ...rest }: StoredRow): SessionRecord {
  const identity = phoneNumber === null || whatsappUserId === null ? null : { phoneNumber, whatsappUserId };
  return { ...rest, identity, announced: announced === 1, passkey: null };
}

const COLUMNS = `sessions.session_id AS sessionId, phase, phone_number AS phoneNumber, whatsapp_user_id AS whatsappUserId,
  announced, error_message AS errorMessage, last_seen_ms AS lastSeenMs, retry_at_ms AS retryAtMs,
  restricted_until_ms AS restrictedUntilMs, created_at_ms AS createdAtMs, updated_at_ms AS updatedAtMs,
  profile`;
const SESSIONS = 'sessions LEFT JOIN session_profiles ON session_profiles.session_id = sessions.session_id';

function prepare(db: Database) {
  return {
    all: db.prepare<[], Row>(`SELECT ${COLUMNS} FROM ${SESSIONS} ORDER BY created_at_ms, sessions.session_id`),
    some: db.prepare<[string], Row>(
      `SELECT ${COLUMNS} FROM ${SESSIONS} WHERE sessions.session_id IN (SELECT value FROM json_each(?))
       ORDER BY created_at_ms, sessions.session_id`,
    ),
    counts: db.prepare<[], { phase: SessionPhase; count: number }>(
      'SELECT phase, COUNT(*) AS count FROM sessions GROUP BY phase',
    ),
    setPhase: db.prepare<[string, SessionId, string]>(
      'UPDATE sessions SET phase = ? WHERE session_id = ? AND phase = ?',
    ),
    upsert: db.prepare<[StoredRow]>(
      `INSERT INTO sessions (session_id, phase, phone_number, whatsapp_user_id, announced, error_message,
         last_seen_ms, retry_at_ms, restricted_until_ms, created_at_ms, updated_at_ms)
       VALUES (@sessionId, @phase, @phoneNumber, @whatsappUserId, @announced, @errorMessage,
         @lastSeenMs, @retryAtMs, @restrictedUntilMs, @createdAtMs, @updatedAtMs)
       ON CONFLICT (session_id) DO UPDATE SET phase = @phase, phone_number = @phoneNumber,
         whatsapp_user_id = @whatsappUserId, announced = @announced, error_message = @errorMessage,
         last_seen_ms = @lastSeenMs, retry_at_ms = @retryAtMs, restricted_until_ms = @restrictedUntilMs,
         created_at_ms = @createdAtMs, updated_at_ms = @updatedAtMs`,
    ),
    remove: SESSION_TABLES.map((table) => db.prepare<[SessionId]>(`DELETE FROM ${table} WHERE session_id = ?`)),
  };
}
