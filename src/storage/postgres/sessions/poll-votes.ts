import type { CountedVote, VoteCast } from '../../../domain/poll.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { PollVoteStore } from '../../../ports/storage.ts';
import { chosenOptions } from '../../shared/encryption/cell-address.ts';
import { MESSAGE_RETENTION_MS } from '../../shared/retention.ts';
import type { PostgresDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import { sql, type Statement } from '../sql.ts';
import type { Transaction } from '../transaction.ts';

/** A row of `poll_votes`; the options are a sealed JSON array. */
interface Row extends Omit<CountedVote, 'options'> {
  options: Buffer;
}

/** The dependencies of {@link PostgresPollVoteStore}. */
export interface PollVoteStoreDeps {
  clock: Clock;
  vault: PostgresVault;
  damaged: PostgresDamagedValues;
}

/** The counted votes in polls. */
export class PostgresPollVoteStore implements PollVoteStore {
  readonly #db: Database;
  readonly #deps: PollVoteStoreDeps;

  constructor(db: Database, deps: PollVoteStoreDeps) {
    this.#db = db;
    this.#deps = deps;
  }

  async of(sessionId: SessionId, pollId: string): Promise<CountedVote[]> {
    const rows = await this.#db.read<Row>(
      sql`SELECT poll_id AS "pollId", voter, options, voted_at_ms AS "votedAtMs" FROM poll_votes
          WHERE session_id = ${sessionId} AND poll_id = ${pollId} ORDER BY voted_at_ms, voter COLLATE "C"`,
    );
    return rows.flatMap((row) => this.#fromRow(sessionId, row) ?? []);
  }

  /** Replaces the voter's earlier vote, unless that one is newer. */
  cast(transaction: Transaction, sessionId: SessionId, { names, options, ...vote }: VoteCast): void {
    const { pollId, votedAtMs, voter } = vote;
    const sealed = this.#deps.vault.seal(chosenOptions(sessionId, pollId, voter), JSON.stringify(options));
    const nowMs = this.#deps.clock.now();
    void transaction.run(
      sql`DELETE FROM poll_votes WHERE session_id = ${sessionId} AND poll_id = ${pollId} AND voter = ANY(${names}::text[])
            AND NOT EXISTS (SELECT 1 FROM poll_votes AS newer WHERE newer.session_id = ${sessionId}
              AND newer.poll_id = ${pollId} AND newer.voter = ANY(${names}::text[]) AND newer.voted_at_ms > ${votedAtMs})`,
    );
    void transaction.run(
      sql`INSERT INTO poll_votes (session_id, poll_id, voter, options, voted_at_ms, created_at_ms)
          SELECT ${sessionId}, ${pollId}, ${voter}, ${sealed}::bytea, ${votedAtMs}::bigint, ${nowMs}::bigint
          WHERE NOT EXISTS (SELECT 1 FROM poll_votes AS newer WHERE newer.session_id = ${sessionId}
            AND newer.poll_id = ${pollId} AND newer.voter = ANY(${names}::text[]))`,
    );
  }

  /** Removes up to `limit` votes that are older than two weeks. */
  pruning(limit: number): Statement[] {
    const beforeMs = this.#deps.clock.now() - MESSAGE_RETENTION_MS;
    return [
      sql`DELETE FROM poll_votes WHERE (session_id, poll_id, voter) IN
            (SELECT session_id, poll_id, voter FROM poll_votes WHERE created_at_ms < ${beforeMs} LIMIT ${limit})`,
    ];
  }

  /** A damaged vote is not counted. */
  #fromRow(sessionId: SessionId, { options, ...rest }: Row): CountedVote | undefined {
    const { vault, damaged } = this.#deps;
    const { pollId, voter } = rest;
    const cell = chosenOptions(sessionId, pollId, voter);
    const read = () => ({ ...rest, options: JSON.parse(vault.open(cell, options)) as string[] });
    const remove = sql`DELETE FROM poll_votes WHERE session_id = ${sessionId} AND poll_id = ${pollId} AND voter = ${voter}
      AND options = ${options}`;
    return damaged.readable({ sessionId, cell, stored: options }, read, remove);
  }
}
