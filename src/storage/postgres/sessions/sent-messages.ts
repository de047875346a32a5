import type { KnownSentMessage, SentMessage, SentMessageRef, SentMessageState } from '../../../domain/outgoing.ts';
import type { VoteCast } from '../../../domain/poll.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { CountSince, SentMessageStore, SentProgress } from '../../../ports/storage.ts';
import { sentContent, sentVote } from '../../shared/encryption/cell-address.ts';
import { MESSAGE_RETENTION_MS } from '../../shared/retention.ts';
import type { Outbox } from '../callbacks/outbox.ts';
import type { PostgresDamagedValues } from '../damage/damaged-values.ts';
import { type Holding, isOwned } from '../cluster/holding.ts';
import type { Database } from '../database.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import { fragment, sql, type Statement } from '../sql.ts';
import type { PostgresHistoryStore } from './history.ts';
import type { PostgresPollVoteStore } from './poll-votes.ts';

/** The columns of a {@link StateRow}. */
const STATE = fragment`message_id AS "messageId", recipient AS "to", to_number AS "toNumber", vote, status, created_at_ms AS "sentAtMs"`;

/** What is read of `sent_messages` besides the content; the vote, a JSON object, is sealed. */
interface StateRow extends Omit<SentMessageState, 'vote'> {
  vote: Buffer | null;
}

/** The content is sealed, too. */
interface Row extends StateRow {
  content: Buffer;
}

/** The dependencies of {@link PostgresSentMessageStore}. */
export interface SentMessageDeps {
  clock: Clock;
  outbox: Outbox;
  vault: PostgresVault;
  damaged: PostgresDamagedValues;
  holding: Holding;
  history: PostgresHistoryStore;
  pollVotes: PostgresPollVoteStore;
}

/** The messages that we sent in the last two weeks. */
export class PostgresSentMessageStore implements SentMessageStore {
  readonly #db: Database;
  readonly #deps: SentMessageDeps;

  constructor(db: Database, deps: SentMessageDeps) {
    this.#db = db;
    this.#deps = deps;
  }

  async add(sessionId: SessionId, { messageId, to, toNumber, content, kept, vote }: SentMessage): Promise<void> {
    const { vault, clock, history } = this.#deps;
    const nowMs = clock.now();
    const sealedVote = vote ? vault.seal(sentVote(sessionId, messageId), JSON.stringify(vote)) : null;
    await this.#db.send(sessionId, (transaction) => {
      if (kept) history.keep(transaction, sessionId, [kept]);
      return transaction.run(
        sql`INSERT INTO sent_messages (session_id, message_id, recipient, to_number, content, vote, status, created_at_ms)
            VALUES (${sessionId}, ${messageId}, ${to}, ${toNumber},
              ${vault.sealBytes(sentContent(sessionId, messageId), content)}, ${sealedVote}, 'pending', ${nowMs})
            ON CONFLICT DO NOTHING`,
      );
    });
  }

  /** Uncommitted: a change of its status is written after this, and reported only when that is durable. */
  async find(sessionId: SessionId, messageId: string): Promise<KnownSentMessage | undefined> {
    const [row] = await this.#db.readUncommitted<Row>(
      sessionId,
      sql`SELECT content, ${STATE} FROM sent_messages WHERE session_id = ${sessionId} AND message_id = ${messageId}`,
    );
    if (!row) return undefined;
    const { vault, damaged } = this.#deps;
    const cell = sentContent(sessionId, messageId);
    const read = () => new Uint8Array(vault.openBytes(cell, row.content));
    const content = damaged.readable({ sessionId, cell, stored: row.content }, read) ?? null;
    return { ...row, content, vote: this.#vote(sessionId, row) };
  }

  /** Uncommitted, as {@link find} is. */
  async state(sessionId: SessionId, messageId: string): Promise<SentMessageState | undefined> {
    const [row] = await this.#db.readUncommitted<StateRow>(
      sessionId,
      sql`SELECT ${STATE} FROM sent_messages WHERE session_id = ${sessionId} AND message_id = ${messageId}`,
    );
    return row && { ...row, vote: this.#vote(sessionId, row) };
  }

  async countSince(sessionId: SessionId, sinceMs: number): Promise<CountSince> {
    const [row] = await this.#db.read<CountSince>(
      sql`SELECT COUNT(*) AS count, MIN(created_at_ms) AS "oldestMs" FROM sent_messages
          WHERE session_id = ${sessionId} AND created_at_ms > ${sinceMs} AND created_at_ms <= ${this.#deps.clock.now()}`,
    );
    return row ?? { count: 0, oldestMs: null };
  }

  unanswered(beforeMs: number): Promise<SentMessageRef[]> {
    return this.#db.read<SentMessageRef>(
      sql`SELECT session_id AS "sessionId", message_id AS "messageId" FROM sent_messages
          WHERE status = 'pending' AND created_at_ms < ${beforeMs} AND ${isOwned(this.#deps.holding)} ORDER BY created_at_ms`,
    );
  }

  async progress(sessionId: SessionId, { messageId, status, event, vote }: SentProgress): Promise<void> {
    const { outbox, pollVotes } = this.#deps;
    const change = sql`UPDATE sent_messages SET status = ${status}
      WHERE session_id = ${sessionId} AND message_id = ${messageId}`;
    await outbox.send({ of: sessionId, events: [event] }, (transaction) => {
      void transaction.run(change);
      if (vote) pollVotes.cast(transaction, sessionId, vote);
    });
  }

  /** A damaged vote is not counted. */
  #vote(sessionId: SessionId, { messageId, vote }: StateRow): VoteCast | undefined {
    if (vote === null) return undefined;
    const { vault, damaged } = this.#deps;
    const cell = sentVote(sessionId, messageId);
    const read = () => JSON.parse(vault.open(cell, vote)) as VoteCast;
    return damaged.readable({ sessionId, cell, stored: vote }, read);
  }

  /** Removes up to `limit` messages that are older than two weeks. */
  pruning(limit: number): Statement[] {
    const beforeMs = this.#deps.clock.now() - MESSAGE_RETENTION_MS;
    return [
      sql`DELETE FROM sent_messages WHERE (session_id, message_id) IN
            (SELECT session_id, message_id FROM sent_messages WHERE created_at_ms < ${beforeMs} LIMIT ${limit})`,
    ];
  }
}
