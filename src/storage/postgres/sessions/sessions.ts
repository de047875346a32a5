import type { PhoneNumber } from '../../../domain/address.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import { isSessionPhase, type SessionPhase, type SessionRecord } from '../../../domain/session.ts';
import type { TimelineNote } from '../../../domain/timeline.ts';
import type { Secret } from '../../../kit/secret.ts';
import type { NewCallback } from '../../../ports/callbacks.ts';
import type { SessionChange, SessionLimits, SessionStore, SessionWrites, StoredRoute } from '../../../ports/storage.ts';
import { sessionPhase } from '../../shared/encryption/cell-address.ts';
import { refusedBy } from '../../shared/session-limits.ts';
import type { Outbox } from '../callbacks/outbox.ts';
import type { PostgresDamagedValues } from '../damage/damaged-values.ts';
import type { Holding } from '../cluster/holding.ts';
import { type Database, NO_SESSION } from '../database.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import type { DeviceMove } from '../signal/device-move.ts';
import type { PostgresJournal } from '../signal/journal.ts';
import { fragment, type Fragment, sql, type Statement } from '../sql.ts';
import type { Transaction } from '../transaction.ts';
import type { PostgresAccountIdStore } from './account-ids.ts';
import type { PostgresAwaitedNumberStore } from './awaited-numbers.ts';
import type { PostgresChatTimerStore } from './chat-timers.ts';
import type { PostgresConversationStore } from './conversations.ts';
import type { PostgresHistoryStore } from './history.ts';
import type { PostgresPollVoteStore } from './poll-votes.ts';
import type { PostgresSessionProfiles } from './session-profiles.ts';
import type { PostgresTimeline } from './timeline.ts';

/** A session as it is read. */
interface Row extends Omit<SessionRecord, 'identity' | 'passkey' | 'newChatCap' | 'pushName' | 'profile'> {
  /** Sealed JSON. */
  profile: Buffer | null;
  phoneNumber: PhoneNumber | null;
  whatsappUserId: string | null;
}

/** A row of {@link COUNTS}. */
interface PhaseCount {
  phase: SessionPhase;
  count: number;
}

const COUNTS = sql`SELECT phase, COUNT(*) AS count FROM sessions GROUP BY phase`;

/** The number of the lock under which sessions are created, so that their number is known. It is ours. */
const CREATING = 41_732;

/** The tables whose rows go with their session. Callbacks, stored answers and files outlive it. */
const SESSION_TABLES = [
  fragment`credentials`,
  fragment`signal_keys`,
  fragment`journal`,
  fragment`sent_messages`,
  fragment`scheduled_messages`,
  fragment`conversations`,
  fragment`refusals`,
  fragment`poll_votes`,
  fragment`contact_names`,
  fragment`chat_timers`,
  fragment`chat_labels`,
  fragment`labeled_items`,
  fragment`join_requests`,
  fragment`awaited_numbers`,
  fragment`kept_messages`,
  fragment`history_settings`,
  fragment`timeline`,
  fragment`damaged_values`,
  fragment`session_profiles`,
  fragment`sessions`,
];

/** The dependencies of {@link PostgresSessionStore}. */
export interface SessionStoreDeps {
  outbox: Outbox;
  history: PostgresHistoryStore;
  journal: PostgresJournal;
  pollVotes: PostgresPollVoteStore;
  chatTimers: PostgresChatTimerStore;
  conversations: PostgresConversationStore;
  awaitedNumbers: PostgresAwaitedNumberStore;
  timeline: PostgresTimeline;
  accountIds: PostgresAccountIdStore;
  deviceMove: DeviceMove;
  vault: PostgresVault;
  damaged: PostgresDamagedValues;
  holding: Holding;
  profiles: PostgresSessionProfiles;
}

/** The sessions. Each change is one transaction with its callbacks. */
export class PostgresSessionStore implements SessionStore {
  readonly #db: Database;
  readonly #deps: SessionStoreDeps;

  constructor(db: Database, deps: SessionStoreDeps) {
    this.#db = db;
    this.#deps = deps;
  }

  all(): Promise<SessionRecord[]> {
    return this.#where(fragment`TRUE`);
  }

  some(sessionIds: readonly SessionId[]): Promise<SessionRecord[]> {
    return this.#where(fragment`sessions.session_id = ANY(${sessionIds}::text[])`);
  }

  async counts(): Promise<Map<SessionPhase, number>> {
    return phaseCounts(await this.#db.read<PhaseCount>(COUNTS));
  }

  proxyOf(sessionId: SessionId): Promise<Secret | 'unreadable' | undefined> {
    return this.#deps.profiles.proxyOf(sessionId);
  }

  routeOf(sessionId: SessionId): Promise<StoredRoute> {
    return this.#deps.profiles.routeOf(sessionId);
  }

  async create(record: SessionRecord, note: TimelineNote, limits: SessionLimits, proxy?: Secret): Promise<void> {
    const { sessionId } = record;
    const { holding } = this.#deps;
    const store = async (transaction: Transaction) => {
      await transaction.run(sql`SELECT pg_advisory_xact_lock(${CREATING}, hashtext(current_schema()))`);
      const stored = await transaction.row(sql`SELECT 1 FROM sessions WHERE session_id = ${sessionId}`);
      const refused = stored ? undefined : refusedBy(limits, phaseCounts(await transaction.rows<PhaseCount>(COUNTS)));
      if (refused) return refused;
      void transaction.run(upsert(record));
      this.#deps.profiles.write(transaction, sessionId, { profile: record.profile, proxy });
      this.#deps.timeline.add(transaction, sessionId, note);
      await holding.add(transaction, sessionId);
      return undefined;
    };
    const refusal = await holding.creating(sessionId, () => this.#db.write(NO_SESSION, store));
    if (refusal) throw refusal;
  }

  async #where(condition: Fragment): Promise<SessionRecord[]> {
    const rows = await this.#db.read<Row>(
      sql`SELECT sessions.session_id AS "sessionId", phase, phone_number AS "phoneNumber", whatsapp_user_id AS "whatsappUserId",
            announced, error_message AS "errorMessage", last_seen_ms AS "lastSeenMs", retry_at_ms AS "retryAtMs",
            restricted_until_ms AS "restrictedUntilMs", created_at_ms AS "createdAtMs", updated_at_ms AS "updatedAtMs",
            profile
          FROM sessions LEFT JOIN session_profiles ON session_profiles.session_id = sessions.session_id
          WHERE ${condition} ORDER BY created_at_ms, sessions.session_id COLLATE "C"`,
    );
    return rows.map((row) => this.#fromRow(row));
  }

  async commit(record: SessionRecord, events: readonly NewCallback[], writes: SessionWrites = {}): Promise<number> {
    return (await this.commitAll(record, [{ events, writes }]))[0] ?? 0;
  }

  async commitAll(record: SessionRecord, changes: readonly SessionChange[]): Promise<number[]> {
    const isNew = (await this.#commit(record, changes)).values();
    return changes.map(({ events }) => events.filter(() => isNew.next().value).length);
  }

  async remove(sessionId: SessionId, events: readonly NewCallback[]): Promise<void> {
    await this.#deps.outbox.write({ of: sessionId, events, removed: sessionId }, (transaction) => {
      this.#forget(transaction, sessionId);
      return Promise.resolve();
    });
  }

  #fromRow({ profile: sealed, ...row }: Row): SessionRecord {
    const profile = this.#deps.profiles.read(row.sessionId, sealed);
    return { ...fromRow(this.#withPhase(row)), ...(profile && { profile }) };
  }

  /** A session whose phase is damaged reconnects, or offers a QR: either finds out where it stands. */
  #withPhase(row: Omit<Row, 'profile'>): Omit<Row, 'profile'> {
    if (isSessionPhase(row.phase)) return row;
    const { sessionId, phase: stored } = row;
    const phase: SessionPhase = row.announced ? 'lost' : 'pairing';
    const repair = sql`UPDATE sessions SET phase = ${phase} WHERE session_id = ${sessionId} AND phase = ${stored}`;
    this.#deps.damaged.damaged({ sessionId, cell: sessionPhase(sessionId), stored: Buffer.from(stored) }, repair);
    return { ...row, phase };
  }

  /** Returns for each event whether it was stored. */
  #commit(record: SessionRecord, changes: readonly SessionChange[]): Promise<boolean[]> {
    const events = changes.flatMap((change) => change.events);
    const deviceOf = changes.find(({ writes }) => writes.deviceOf !== undefined)?.writes.deviceOf;
    const write = (transaction: Transaction) => {
      void transaction.run(upsert(record));
      for (const { writes } of changes) this.#write(transaction, record, writes);
      const kept = changes.flatMap(({ writes }) => writes.kept ?? []);
      this.#deps.history.keep(transaction, record.sessionId, kept);
    };
    const { outbox } = this.#deps;
    const of = record.sessionId;
    const timers = changes.flatMap(({ writes: { timer } }) => timer ?? []);
    const decidesNothing = deviceOf === undefined && timers.length === 0;
    if (decidesNothing && events.every(({ event }) => event.kind !== 'qr-update'))
      return outbox.send({ of, events }, write);
    return outbox.write({ of, events, removed: deviceOf }, async (transaction) => {
      if (deviceOf !== undefined) await this.#takeDevice(transaction, deviceOf, record.sessionId);
      write(transaction);
      if (timers.length > 0) await this.#deps.chatTimers.note(transaction, record.sessionId, timers);
    });
  }

  #write(transaction: Transaction, { sessionId, identity }: SessionRecord, writes: SessionWrites): void {
    const { handled, vote, awaited, heardFrom, note, announces } = writes;
    const { accountIds, journal, pollVotes, awaitedNumbers, conversations, timeline, profiles } = this.#deps;
    if (announces === true && identity) accountIds.announced(transaction, identity.phoneNumber, sessionId);
    if (handled !== undefined) journal.handled(transaction, sessionId, handled);
    if (vote !== undefined) pollVotes.cast(transaction, sessionId, vote);
    if (awaited !== undefined) awaitedNumbers.add(transaction, sessionId, awaited);
    if (heardFrom !== undefined) conversations.heardFrom(transaction, sessionId, heardFrom);
    if (note !== undefined) timeline.add(transaction, sessionId, note);
    profiles.write(transaction, sessionId, writes);
  }

  async #takeDevice(transaction: Transaction, from: SessionId, to: SessionId): Promise<void> {
    await this.#deps.deviceMove.run(transaction, from, to);
    this.#deps.accountIds.addAlias(transaction, from, to);
    this.#forget(transaction, from);
  }

  #forget(transaction: Transaction, sessionId: SessionId): void {
    for (const table of SESSION_TABLES) void transaction.run(sql`DELETE FROM ${table} WHERE session_id = ${sessionId}`);
    this.#deps.vault.forget(transaction, sessionId);
  }
}

function phaseCounts(rows: readonly PhaseCount[]): Map<SessionPhase, number> {
  return new Map(rows.map(({ phase, count }) => [phase, count]));
}

function upsert(record: SessionRecord): Statement {
  const { sessionId, phase, identity, announced, errorMessage, lastSeenMs, retryAtMs, restrictedUntilMs } = record;
  return sql`INSERT INTO sessions (session_id, phase, phone_number, whatsapp_user_id, announced, error_message,
      last_seen_ms, retry_at_ms, restricted_until_ms, created_at_ms, updated_at_ms)
    VALUES (${sessionId}, ${phase}, ${identity?.phoneNumber ?? null}, ${identity?.whatsappUserId ?? null}, ${announced},
      ${errorMessage}, ${lastSeenMs}, ${retryAtMs}, ${restrictedUntilMs}, ${record.createdAtMs}, ${record.updatedAtMs})
    ON CONFLICT (session_id) DO UPDATE SET phase = excluded.phase, phone_number = excluded.phone_number,
      whatsapp_user_id = excluded.whatsapp_user_id, announced = excluded.announced,
      error_message = excluded.error_message, last_seen_ms = excluded.last_seen_ms,
      retry_at_ms = excluded.retry_at_ms, restricted_until_ms = excluded.restricted_until_ms,
      created_at_ms = excluded.created_at_ms, updated_at_ms = excluded.updated_at_ms`;
}

function fromRow({ phoneNumber, whatsappUserId, ...rest }: Omit<Row, 'profile'>): SessionRecord {
  const identity = phoneNumber === null || whatsappUserId === null ? null : { phoneNumber, whatsappUserId };
  return { ...rest, identity, passkey: null };
}
