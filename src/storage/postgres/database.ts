import type pg from 'pg';
import type { Clock, Timer } from '../../kit/clock.ts';
import { SessionLostError } from '../../domain/errors.ts';
import type { SessionId } from '../../domain/session-id.ts';
import type { NodeRun } from '../../ports/ownership.ts';
import { connectionName } from './cluster/node-name.ts';
import { connectionConfig } from './connect.ts';
import { Lane, type LaneDeps, type Work } from './lane.ts';
import { Readers } from './readers.ts';
import { SharedRead } from './shared-read.ts';
import type { Statement } from './sql.ts';
import { namedError } from './trouble.ts';

/** The sessions whose rows a transaction writes. */
export type Sessions = SessionId | readonly SessionId[];

/** For a transaction that writes rows of no session, or only removes what is too old, whoever owns it. */
export const NO_SESSION: readonly SessionId[] = [];

/** A write that nobody waits for, since it can be repeated when a crash loses it. */
export interface DeferredWrite {
  of: Sessions;
  write: Work<unknown>;
  /** It was not stored; it will be written again. */
  undone: () => void;
  /** It will not be written: another node has the session. */
  lost: () => void;
  /** What it writes may rest on what it reads, as in {@link Database.write}. */
  decides?: boolean;
}

/** The dependencies of {@link Database}. */
export type DatabaseDeps = Omit<LaneDeps, 'config' | 'onUnanswered'>;

/** The connections that only read. */
const READERS = 4;
/** Ends a transaction of the lane that hangs; its locks would outlive a frozen process. */
const TRANSACTION_TIMEOUT_MS = 5_000;
/** How long a deferred write waits for a transaction to share: one of its own costs as much as the rest of a text. */
const DEFER_MS = 200;
/** When more deferred writes than this are waiting, adding another one waits for them. */
const MAX_DEFERRED_WRITES = 200;
const RETRY_MS = 1_000;

/**
 * The database as the stores use it. All writes pass through one {@link Lane}, so two calls in a row take effect in that order, even
 * when the first is not awaited. Trouble with the database becomes `StorageUnavailableError`.
 */
export class Database {
  readonly #lane: Lane;
  readonly #readers: Readers;
  readonly #clock: Clock;
  #deferred: DeferredWrite[] = [];
  #deferTimer: Timer | undefined;
  /** Why the latest deferred write failed. */
  #lastFailure: unknown;
  readonly #unanswered: ((of: readonly SessionId[]) => void)[] = [];

  constructor(url: string, deps: DatabaseDeps) {
    const run = deps.fence?.run;
    const readerName = run ? connectionName(run) : 'whatsapp-orchestrator reader';
    this.#readers = new Readers(connectionConfig(url, { name: readerName }), READERS);
    const onConnect: LaneDeps['onConnect'] = async (client) => {
      await deps.onConnect(client);
      // The server may be another one: what is written there must not be read from the old one.
      this.#readers.renew();
    };
    const onUnanswered: LaneDeps['onUnanswered'] = (of) => this.#unanswered.forEach((listener) => listener(of));
    this.#lane = new Lane({ ...deps, config: writerConfig(url, run), onConnect, onUnanswered });
    this.#clock = deps.clock;
  }

  /**
   * Stores what `work` writes: rows of these sessions, and of no other. Resolves when that is durable. What it decides may rest on
   * what it reads.
   * @throws SessionLostError when another node has one of them
   */
  write<Result>(of: Sessions, work: Work<Result>): Promise<Result> {
    return this.#add(of, work, { isPipelined: false, isEarly: false });
  }

  /** As {@link write}, for work that sends all of its statements at the call and decides nothing: others need not wait for it. */
  send<Result>(of: Sessions, work: Work<Result>): Promise<Result> {
    return this.#add(of, work, { isPipelined: true, isEarly: false });
  }

  /** Reads everything that was written before. Resolves when that is durable. */
  async read<Row>(statement: Statement): Promise<Row[]> {
    this.#addDeferred();
    return this.readCommitted(statement);
  }

  /** As {@link read}, but does not see deferred writes: for callers that keep track of them. */
  async readCommitted<Row>(statement: Statement): Promise<Row[]> {
    await this.#lane.settled();
    return this.readStored(statement);
  }

  /** Reads for several callers at once, as {@link readCommitted} does; `read` uses that. */
  sharedRead<Key, Value>(read: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>): SharedRead<Key, Value> {
    return new SharedRead(() => this.#lane.settled(), read);
  }

  /**
   * Reads what is committed at this moment: for callers who are told when there is more, and know of what they have written
   * themselves.
   */
  async readStored<Row>(statement: Statement): Promise<Row[]> {
    try {
      return await this.#readers.query<Row>(statement);
    } catch (error) {
      throw namedError(error);
    }
  }

  /** As {@link readStored}, for several callers at once. */
  sharedStored<Key, Value>(read: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>): SharedRead<Key, Value> {
    return new SharedRead(() => NOTHING_TO_WAIT_FOR, read);
  }

  /** Reads what the process has written so far of these sessions: a crash may still undo it. */
  readUncommitted<Row>(of: Sessions, statement: Statement): Promise<Row[]> {
    if (!this.#lane.isWriting(listed(of))) return this.readStored(statement);
    return this.#add(NO_SESSION, (transaction) => transaction.rows<Row>(statement), {
      isPipelined: true,
      isEarly: true,
    });
  }

  /** As {@link readUncommitted}, for several callers at once. */
  sharedUncommitted<Key, Value>(
    read: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
  ): SharedRead<Key, Value> {
    return new SharedRead(() => NOTHING_TO_WAIT_FOR, read);
  }

  /** Writes something that nobody waits for, soon. Resolves at once, unless too many such writes are waiting. */
  async writeLater(deferred: DeferredWrite): Promise<void> {
    this.#deferred.push(deferred);
    this.#deferTimer ??= this.#clock.after(DEFER_MS, () => this.#addDeferred());
    if (this.#deferred.length <= MAX_DEFERRED_WRITES) return;
    this.#addDeferred();
    await this.#lane.settled();
    if (this.#deferred.includes(deferred)) throw namedError(this.#lastFailure);
  }

  /**
   * Calls `listener`, once the database answers again, with the sessions of writes whose answer was lost: each may have been stored by an
   * attempt that nobody knows of, so that the next one changed nothing, or there was none.
   */
  onUnanswered(listener: (of: readonly SessionId[]) => void): void {
    this.#unanswered.push(listener);
  }

  /**
   * Resolves when the database accepts writes; asks it only if it was away.
   * @throws StorageUnavailableError while it does not
   */
  async check(probe: Statement): Promise<void> {
    if (this.#lane.isDown) await this.write(NO_SESSION, (transaction) => transaction.run(probe));
  }

  /** Resolves when everything that was written until now is stored, or has failed. */
  async flush(): Promise<void> {
    this.#addDeferred();
    await this.#lane.settled();
  }

  /** Stores what is deferred and closes the connections. */
  async close(): Promise<void> {
    this.#addDeferred();
    await this.#lane.close();
    this.#deferTimer?.cancel();
    await this.#readers.end();
  }

  #add<Result>(of: Sessions, work: Work<Result>, how: { isPipelined: boolean; isEarly: boolean }): Promise<Result> {
    this.#addDeferred();
    return new Promise<Result>((resolve, reject) => {
      const done = (result: unknown) => resolve(result as Result);
      this.#lane.add({ of: listed(of), work, ...how, done, failed: (error) => reject(namedError(error)) });
    });
  }

  #addDeferred(): void {
    this.#deferTimer?.cancel();
    this.#deferTimer = undefined;
    for (const deferred of this.#deferred.splice(0)) {
      const failed = (error: unknown) => this.#postpone(deferred, error);
      this.#lane.add({
        of: listed(deferred.of),
        work: deferred.write,
        isPipelined: deferred.decides !== true,
        isEarly: false,
        done: () => undefined,
        failed,
      });
    }
  }

  #postpone(deferred: DeferredWrite, error: unknown): void {
    if (error instanceof SessionLostError) {
      deferred.lost();
      return;
    }
    this.#lastFailure = error;
    this.#deferred.push(deferred);
    deferred.undone();
    this.#deferTimer ??= this.#clock.after(RETRY_MS, () => this.#addDeferred());
  }
}

/** What is written before the call is before the read in any case. */
const NOTHING_TO_WAIT_FOR = Promise.resolve();

/** The configuration of the connection that writes, of one of several nodes if `run` is given. */
export function writerConfig(url: string, run?: NodeRun): pg.ClientConfig {
  return connectionConfig(url, {
    name: run ? connectionName(run) : 'whatsapp-orchestrator writer',
    pipeline: true,
    transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
  });
}

function listed(of: Sessions): readonly SessionId[] {
  return typeof of === 'string' ? [of] : of;
}
