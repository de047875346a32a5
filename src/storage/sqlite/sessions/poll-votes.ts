import type { CountedVote, VoteCast } from '../../../domain/poll.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { PollVoteStore } from '../../../ports/storage.ts';
import { chosenOptions } from '../../shared/encryption/cell-address.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
import { MESSAGE_RETENTION_MS } from '../../shared/retention.ts';
import type { SqliteDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';

/** A row of `poll_votes`; the options are a sealed JSON array. */
interface Row extends Omit<CountedVote, 'options'> {
  options: string;
}

/** The dependencies of {@link SqlitePollVoteStore}. */
export interface PollVoteStoreDeps {
  clock: Clock;
  vault: Vault;
  damaged: SqliteDamagedValues;
}

/** The counted votes in polls. */
export class SqlitePollVoteStore implements PollVoteStore {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #vault: Vault;
  readonly #damaged: SqliteDamagedValues;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, { clock, vault, damaged }: PollVoteStoreDeps) {
    this.#db = db;
    this.#clock = clock;
    this.#vault = vault;
    this.#damaged = damaged;
    this.#sql = prepare(db);
  }

  of(sessionId: SessionId, pollId: string): Promise<CountedVote[]> {
    return this.#db.read(() =>
      this.#sql.of.all(sessionId, pollId).flatMap((row) => this.#fromRow(sessionId, row) ?? []),
    );
  }

  /** Replaces the voter's earlier vote, unless that one is newer; within the caller's transaction. */
  cast(sessionId: SessionId, { names, options, ...vote }: VoteCast): void {
    const { pollId, votedAtMs } = vote;
    const others = names.flatMap((name) => this.#sql.ofVoter.get(sessionId, pollId, name) ?? []);
    if (others.some((other) => other.votedAtMs > votedAtMs)) return;
    for (const { voter } of others) this.#sql.remove.run(sessionId, pollId, voter);
    const sealed = this.#vault.seal(chosenOptions(sessionId, pollId, vote.voter), JSON.stringify(options));
    this.#sql.add.run({ ...vote, options: sealed, sessionId, nowMs: this.#clock.now() });
  }

  /** Removes votes that are older than two weeks. */
  prune(limit: number): boolean {
    return this.#sql.prune.run(this.#clock.now() - MESSAGE_RETENTION_MS, limit).changes === limit;
  }

  /** A damaged vote is not counted. */
  #fromRow(sessionId: SessionId, { options, ...rest }: Row): CountedVote | undefined {
    const { pollId, voter } = rest;
    const cell = chosenOptions(sessionId, pollId, voter);
    const read = () => ({ ...rest, options: JSON.parse(this.#vault.open(cell, options)) as string[] });
    const remove = () => this.#sql.removeDamaged.run(sessionId, pollId, voter, options);
    return this.#damaged.readable({ sessionId, cell, stored: options }, read, remove);
  }
}

function prepare(db: Database) {
  return {
    of: db.prepare<[SessionId, string], Row>(
      `SELECT poll_id AS pollId, voter, options, voted_at_ms AS votedAtMs FROM poll_votes
       WHERE session_id = ? AND poll_id = ? ORDER BY voted_at_ms, voter`,
    ),
    ofVoter: db.prepare<[SessionId, string, string], Pick<Row, 'voter' | 'votedAtMs'>>(
      `SELECT voter, voted_at_ms AS votedAtMs FROM poll_votes WHERE session_id = ? AND poll_id = ? AND voter = ?`,
    ),
    remove: db.prepare<[SessionId, string, string]>(
      'DELETE FROM poll_votes WHERE session_id = ? AND poll_id = ? AND voter = ?',
    ),
    removeDamaged: db.prepare<[SessionId, string, string, string]>(
      'DELETE FROM poll_votes WHERE session_id = ? AND poll_id = ? AND voter = ? AND options = ?',
    ),
    add: db.prepare<[Row & { sessionId: SessionId; nowMs: number }]>(
      `INSERT INTO poll_votes (session_id, poll_id, voter, options, voted_at_ms, created_at_ms)
       VALUES (@sessionId, @pollId, @voter, @options, @votedAtMs, @nowMs)`,
    ),
    prune: db.prepare<[number, number]>(
      `DELETE FROM poll_votes WHERE (session_id, poll_id, voter) IN
         (SELECT session_id, poll_id, voter FROM poll_votes WHERE created_at_ms < ? LIMIT ?)`,
    ),
  };
}
