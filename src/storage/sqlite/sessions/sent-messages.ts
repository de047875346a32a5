import type { DeliveryStatus } from '../../../domain/message.ts';
import type { KnownSentMessage, SentMessage, SentMessageRef, SentMessageState } from '../../../domain/outgoing.ts';
import type { VoteCast } from '../../../domain/poll.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { CountSince, SentMessageStore, SentProgress } from '../../../ports/storage.ts';
import { sentContent, sentVote } from '../../shared/encryption/cell-address.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
import { MESSAGE_RETENTION_MS } from '../../shared/retention.ts';
import type { Outbox } from '../callbacks/outbox.ts';
import type { SqliteDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';
import type { SqliteHistoryStore } from './history.ts';
import { IN_PERIOD, type Period } from './period.ts';
import type { SqlitePollVoteStore } from './poll-votes.ts';

/** What is read of `sent_messages` besides the content; the vote, a JSON object, is sealed. */
interface StateRow extends Omit<SentMessageState, 'vote'> {
  vote: string | null;
}

/** The content is sealed, too. */
interface Row extends StateRow {
  content: Buffer;
}

/** The dependencies of {@link SqliteSentMessageStore}. */
export interface SentMessageDeps {
  clock: Clock;
  outbox: Outbox;
  vault: Vault;
  damaged: SqliteDamagedValues;
  history: SqliteHistoryStore;
  pollVotes: SqlitePollVoteStore;
}

/** The messages that we sent in the last two weeks. */
export class SqliteSentMessageStore implements SentMessageStore {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #outbox: Outbox;
  readonly #vault: Vault;
  readonly #damaged: SqliteDamagedValues;
  readonly #history: SqliteHistoryStore;
  readonly #pollVotes: SqlitePollVoteStore;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, { clock, outbox, vault, damaged, history, pollVotes }: SentMessageDeps) {
    this.#db = db;
    this.#history = history;
    this.#pollVotes = pollVotes;
    this.#vault = vault;
    this.#damaged = damaged;
    this.#clock = clock;
    this.#outbox = outbox;
    this.#sql = prepare(db);
  }

  add(sessionId: SessionId, { messageId, to, toNumber, content, kept, vote }: SentMessage): Promise<void> {
    return this.#db.write(() => {
      const sealed = this.#vault.sealBytes(sentContent(sessionId, messageId), content);
      const sealedVote = vote ? this.#vault.seal(sentVote(sessionId, messageId), JSON.stringify(vote)) : null;
      this.#sql.add.run(sessionId, messageId, to, toNumber, sealed, sealedVote, this.#clock.now());
      if (kept) this.#history.keep(sessionId, kept);
    });
  }

  /** Uncommitted: a change of its status is written after this, and reported only when that is on disk. */
  find(sessionId: SessionId, messageId: string): Promise<KnownSentMessage | undefined> {
    return this.#db.readUncommitted(() => {
      const row = this.#sql.find.get(sessionId, messageId);
      if (!row) return undefined;
      const cell = sentContent(sessionId, messageId);
      const read = () => new Uint8Array(this.#vault.openBytes(cell, row.content));
      const content = this.#damaged.readable({ sessionId, cell, stored: row.content }, read) ?? null;
      return { ...row, content, vote: this.#vote(sessionId, row) };
    });
  }

  /** Uncommitted, as {@link find} is. */
  state(sessionId: SessionId, messageId: string): Promise<SentMessageState | undefined> {
    return this.#db.readUncommitted(() => {
      const row = this.#sql.state.get(sessionId, messageId);
      return row && { ...row, vote: this.#vote(sessionId, row) };
    });
  }

  /** A damaged vote is not counted. */
  #vote(sessionId: SessionId, { messageId, vote }: StateRow): VoteCast | undefined {
    if (vote === null) return undefined;
    const cell = sentVote(sessionId, messageId);
    const read = () => JSON.parse(this.#vault.open(cell, vote)) as VoteCast;
    return this.#damaged.readable({ sessionId, cell, stored: vote }, read);
  }

  countSince(sessionId: SessionId, sinceMs: number): Promise<CountSince> {
    const period = { sessionId, sinceMs, nowMs: this.#clock.now() };
    return this.#db.read(() => this.#sql.countSince.get(period) ?? { count: 0, oldestMs: null });
  }

  unanswered(beforeMs: number): Promise<SentMessageRef[]> {
    return this.#db.read(() => this.#sql.unanswered.all(beforeMs));
  }

  progress(sessionId: SessionId, { messageId, status, event, vote }: SentProgress): Promise<void> {
    const change = () => {
      this.#sql.progress.run(status, sessionId, messageId);
      if (vote) this.#pollVotes.cast(sessionId, vote);
    };
    return this.#db.write(() => {
      this.#outbox.commit(change, { events: [event] });
    });
  }

  /** Removes messages that are older than two weeks. */
  prune(limit: number): boolean {
    return this.#sql.prune.run(this.#clock.now() - MESSAGE_RETENTION_MS, limit).changes === limit;
  }

  /**
   * Removes up to `limit` older messages that have reached their recipients, or never will: the others may be asked for again. Returns
   * whether there may be more.
   */
  pruneArrived(beforeMs: number, limit: number): boolean {
    return this.#sql.pruneArrived.run(beforeMs, limit).changes === limit;
  }
}

/** The columns of a {@link StateRow}. */
const STATE = `message_id AS messageId, recipient AS "to", to_number AS toNumber, vote, status, created_at_ms AS sentAtMs`;

function prepare(db: Database) {
  return {
    add: db.prepare<[SessionId, string, string, string | null, Buffer, string | null, number]>(
      `INSERT INTO sent_messages (session_id, message_id, recipient, to_number, content, vote, status, created_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, 'pending', ?) ON CONFLICT DO NOTHING`,
    ),
    find: db.prepare<[SessionId, string], Row>(
      `SELECT content, ${STATE} FROM sent_messages WHERE session_id = ? AND message_id = ?`,
    ),
    state: db.prepare<[SessionId, string], StateRow>(
      `SELECT ${STATE} FROM sent_messages WHERE session_id = ? AND message_id = ?`,
    ),
    countSince: db.prepare<[Period], CountSince>(
      `SELECT COUNT(*) AS count, MIN(created_at_ms) AS oldestMs FROM sent_messages
       WHERE ${IN_PERIOD}`,
    ),
    unanswered: db.prepare<[number], SentMessageRef>(
      `SELECT session_id AS sessionId, message_id AS messageId FROM sent_messages
       WHERE status = 'pending' AND created_at_ms < ? ORDER BY created_at_ms`,
    ),
    progress: db.prepare<[DeliveryStatus, SessionId, string]>(
      'UPDATE sent_messages SET status = ? WHERE session_id = ? AND message_id = ?',
    ),
    pruneArrived: db.prepare<[number, number]>(
      `DELETE FROM sent_messages WHERE rowid IN (SELECT rowid FROM sent_messages
         WHERE created_at_ms < ? AND status NOT IN ('pending', 'sent') ORDER BY created_at_ms LIMIT ?)`,
    ),
    prune: db.prepare<[number, number]>(
      `DELETE FROM sent_messages WHERE rowid IN (SELECT rowid FROM sent_messages WHERE created_at_ms < ? LIMIT ?)`,
    ),
  };
}
