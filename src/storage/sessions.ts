import { type Database } from 'better-sqlite3';
import { type PhoneNumber } from '../domain/address.ts';
import { type NewCallback, type SessionStore } from '../domain/ports.ts';
import { type SessionPhase, type SessionRecord } from '../domain/session.ts';
import { type SessionId } from '../domain/session-id.ts';
import { type Outbox } from './outbox.ts';
import { promised } from './promised.ts';

/** A row of `sessions`. */
interface Row {
  sessionId: SessionId;
  phase: SessionPhase;
  phoneNumber: PhoneNumber | null;
  whatsappUserId: string | null;
  announced: number;
  errorMessage: string | null;
  lastSeenMs: number | null;
  createdAtMs: number;
  updatedAtMs: number;
}

/** Everything else that is kept of a session; its callbacks outlive it. */
const BELONGINGS = ['credentials', 'signal_keys', 'sent_messages', 'sessions'];

/** The sessions as rows, each change in one transaction with the callbacks that tell of it. */
export class SqliteSessionStore implements SessionStore {
  readonly #outbox: Outbox;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, outbox: Outbox) {
    this.#outbox = outbox;
    this.#sql = prepare(db);
  }

  /** All sessions, the oldest first. */
  all(): Promise<SessionRecord[]> {
    return promised(() => this.#sql.all.all().map(fromRow));
  }

  commit(record: SessionRecord, events: readonly NewCallback[]): Promise<void> {
    return promised(() => this.#outbox.commit(() => this.#sql.upsert.run(toRow(record)), { events }));
  }

  /** Also removes credentials, keys and sent messages. Callbacks other than QRs stay and are still delivered. */
  remove(sessionId: SessionId, events: readonly NewCallback[]): Promise<void> {
    const forget = () => this.#sql.remove.forEach((statement) => statement.run(sessionId));
    return promised(() => this.#outbox.commit(forget, { events, withdrawQrOf: sessionId }));
  }
}

function toRow({ identity, announced, ...rest }: SessionRecord): Row {
  return {
    ...rest,
    announced: announced ? 1 : 0,
    phoneNumber: identity?.phoneNumber ?? null,
    whatsappUserId: identity?.whatsappUserId ?? null,
  };
}

function fromRow({ phoneNumber, whatsappUserId, announced, ...rest }: Row): SessionRecord {
  const identity = phoneNumber === null || whatsappUserId === null ? null : { phoneNumber, whatsappUserId };
  return { ...rest, identity, announced: announced === 1 };
}

function prepare(db: Database) {
  return {
    all: db.prepare<[], Row>(
      `SELECT session_id AS sessionId, phase, phone_number AS phoneNumber, whatsapp_user_id AS whatsappUserId,
         announced, error_message AS errorMessage, last_seen_ms AS lastSeenMs, created_at_ms AS createdAtMs,
         updated_at_ms AS updatedAtMs
       FROM sessions ORDER BY created_at_ms, session_id`,
    ),
    upsert: db.prepare<[Row]>(
      `INSERT OR REPLACE INTO sessions (session_id, phase, phone_number, whatsapp_user_id, announced, error_message,
         last_seen_ms, created_at_ms, updated_at_ms)
       VALUES (@sessionId, @phase, @phoneNumber, @whatsappUserId, @announced, @errorMessage,
         @lastSeenMs, @createdAtMs, @updatedAtMs)`,
    ),
    remove: BELONGINGS.map((table) => db.prepare<[SessionId]>(`DELETE FROM ${table} WHERE session_id = ?`)),
  };
}
