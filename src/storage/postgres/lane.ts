import pg from 'pg';
import { type Clock, stopwatch, systemClock, wait } from '../../kit/clock.ts';
import { SessionLostError, StorageUnavailableError } from '../../domain/errors.ts';
import type { SessionId } from '../../domain/session-id.ts';
import { type Epochs, type Fence, isRefusal } from './cluster/fence.ts';
import { Transaction } from './transaction.ts';
import { backendOf, checkPrimary, takeOver } from './primary.ts';
import { isTrouble, LeaseOverError } from './trouble.ts';

/** Work within a transaction. It may be done again, in another transaction, when the first one was rolled back. */
export type Work<Result> = (transaction: Transaction) => Promise<Result>;

/** The dependencies of {@link Lane}. */
export interface LaneDeps {
  config: pg.ClientConfig;
  /** The first connection, ready for use. */
  client: pg.Client;
  clock: Clock;
  /** Measures silence on the network; the system's clock by default. */
  network?: Clock | undefined;
  /** Called for each later connection, before it is used. */
  onConnect: (client: pg.ClientBase) => Promise<void>;
  /** Given when several nodes write: then each writes only what it owns. */
  fence?: Fence | undefined;
  /** Called at the end of each transaction, to add to it; with the sessions whose rows it writes. */
  beforeCommit: (transaction: Transaction, of: ReadonlySet<SessionId>) => void;
  /** Called after each commit, with the time that it took, in ms, and the number of writes that shared it. */
  onCommit: (ms: number, writes: number) => void;
  /**
   * Called after a commit with the sessions of what was sent before it without an answer: it may be stored, and whoever wrote it may not
   * know.
   */
  onUnanswered: (of: readonly SessionId[]) => void;
}

/** A piece of work. */
export interface Piece {
  /** The sessions whose rows it writes. */
  of: readonly SessionId[];
  work: Work<unknown>;
  /** Sends all of its statements at the call: the next piece need not wait until it is done. */
  isPipelined: boolean;
  /** Its result may be told before the commit. */
  isEarly: boolean;
  done: (result: unknown) => void;
  failed: (error: unknown) => void;
}

/** A piece in the queue. */
interface QueuedPiece extends Piece {
  /** Tells its result before the commit. */
  early: (result: unknown) => void;
  epochs: Epochs;
}

const NO_EPOCHS: Epochs = new Map();

/** A lane takes so many pieces into one transaction. */
const MAX_GROUP = 200;
/** How long a group is tried again while the database is away, and the pauses between. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;
/**
 * How long a group may be under way. The server ends a transaction sooner: whoever hears nothing for so long has lost the connection without
 * being told, as when a machine is gone.
 */
const ANSWER_MS = 7_000;

/**
 * Writes everything of this process, in order, over one connection: what came while a group was under way is the next group, and a group
 * is one transaction. When the connection is lost, the same group is sent again before anything newer. An error of one piece
 * fails that piece alone: the group is done again, piece by piece.
 *
 * One of several nodes sends pieces of sessions only while its lease is held, each group behind a fence. A session that the fence
 * refuses takes its pieces out of the group, and the others are sent again.
 */
export class Lane {
  readonly #deps: LaneDeps;
  readonly #queue: QueuedPiece[] = [];
  #isRunning = false;
  /** The number of pieces of each session that are neither stored nor have failed. */
  readonly #writing = new Map<SessionId, number>();
  /** Resolves when the last piece is stored, or has failed. */
  #lastSettled: Promise<undefined> = Promise.resolve(undefined);
  #client: pg.Client | undefined;
  /** The process that served the last connection. */
  #backend: number | undefined;
  /** Whether the last group was given up: until one succeeds, each is tried once. */
  #isDown = false;
  /** The sessions of groups that may have been stored although their attempt failed, since the last one that succeeded. */
  readonly #unanswered = new Set<SessionId>();

  constructor(deps: LaneDeps) {
    this.#deps = deps;
    this.#client = deps.client;
    this.#backend = backendOf(deps.client);
    this.#watch(deps.client);
  }

  /** Whether pieces of one of these sessions are not stored yet. */
  isWriting(sessionIds: readonly SessionId[]): boolean {
    return sessionIds.some((sessionId) => this.#writing.has(sessionId));
  }

  /** Whether the database was away at the last attempt. */
  get isDown(): boolean {
    return this.#isDown;
  }

  /** Adds a piece to the next group. */
  add(piece: Piece): void {
    const { fence } = this.#deps;
    const epochs = fence ? fence.epochsOf(piece.of) : NO_EPOCHS;
    if (!epochs) {
      piece.failed(new SessionLostError());
      return;
    }
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const { done, failed, of } = piece;
    this.#count(of, 1);
    const settled = (tell: (outcome: unknown) => void) => (outcome: unknown) => {
      this.#count(of, -1);
      tell(outcome);
      resolve(undefined);
    };
    this.#lastSettled = promise;
    this.#queue.push({ ...piece, epochs, early: done, done: settled(done), failed: settled(failed) });
    if (!this.#isRunning) void this.#run();
  }

  /** Resolves once everything that was added until now is stored, or has failed. */
  settled(): Promise<undefined> {
    return this.#lastSettled;
  }

  /** Closes the connection; call it when nothing is added any more. */
  async close(): Promise<void> {
    await this.settled();
    await this.#client?.end().catch(() => undefined);
    this.#client = undefined;
  }

  #count(of: readonly SessionId[], more: number): void {
    for (const sessionId of of) {
      const pieces = (this.#writing.get(sessionId) ?? 0) + more;
      if (pieces === 0) this.#writing.delete(sessionId);
      else this.#writing.set(sessionId, pieces);
    }
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // Whatever is written in this turn of the event loop shares the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) await this.#storeGroup(this.#queue.splice(0, MAX_GROUP));
    this.#isRunning = false;
  }

  async #storeGroup(queued: readonly QueuedPiece[]): Promise<void> {
    const group = this.#permitted(queued);
    if (group.length === 0) return;
    const epochs = epochsOf(group);
    const error = await this.#tryAgainWhileAway(group, epochs);
    if (error === undefined) return;
    if (isRefusal(error)) {
      this.#deps.fence?.refused(error, epochs);
      await this.#storeGroup(group);
      return;
    }
    if (isTrouble(error)) {
      this.#isDown = true;
      this.#disconnect();
      const unavailable = new StorageUnavailableError(error);
      for (const piece of group) piece.failed(unavailable);
      return;
    }
    const [first, ...others] = group;
    if (first === undefined) return;
    if (others.length === 0) first.failed(error);
    else for (const piece of group) await this.#storeGroup([piece]);
  }

  /** Without those whose sessions this node does not own any more, or may not write now. */
  #permitted(group: readonly QueuedPiece[]): readonly QueuedPiece[] {
    const { fence } = this.#deps;
    if (!fence) return group;
    return group.filter(({ epochs, failed }) => {
      const isOwned = fence.holds(epochs);
      const isPermitted = isOwned && (epochs.size === 0 || fence.isLeaseHeld);
      if (!isPermitted) failed(isOwned ? new StorageUnavailableError(new LeaseOverError()) : new SessionLostError());
      return isPermitted;
    });
  }

  /** Whether a group may be sent, and sent again. */
  #mayWrite(epochs: Epochs): boolean {
    return epochs.size === 0 || this.#deps.fence?.isLeaseHeld !== false;
  }

  /** Returns why the group is not stored, or `undefined`. */
  async #tryAgainWhileAway(group: readonly QueuedPiece[], epochs: Epochs): Promise<unknown> {
    const startedMs = this.#deps.clock.monotonic();
    const isFenced = this.#deps.fence !== undefined && epochs.size > 0;
    const isEarly = () => isFenced || this.#deps.clock.monotonic() - startedMs < PATIENCE_MS;
    const isWorthwhile = () => !this.#isDown && isEarly() && this.#mayWrite(epochs);
    for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
      const error = await this.#try(group, epochs);
      if (error === undefined) this.#isBack();
      if (error === undefined || !isTrouble(error)) return error;
      for (const sessionId of group.flatMap(({ of }) => of)) this.#unanswered.add(sessionId);
      if (!isWorthwhile()) return error;
      this.#disconnect();
      await wait(this.#deps.clock, pauseMs);
    }
  }

  /** A transaction was stored, and so it is certain by now what has become of those before it. */
  #isBack(): void {
    this.#isDown = false;
    if (this.#unanswered.size === 0) return;
    const { fence, onUnanswered } = this.#deps;
    const of = [...this.#unanswered].filter((sessionId) => fence?.owned.has(sessionId) !== false);
    this.#unanswered.clear();
    onUnanswered(of);
  }

  /** Stores the group in one transaction. Returns why that failed, or `undefined`. */
  async #try(group: readonly QueuedPiece[], epochs: Epochs): Promise<unknown> {
    const silence = (this.#deps.network ?? systemClock).after(ANSWER_MS, () => this.#disconnect());
    try {
      const client = await this.#connect();
      if (!this.#mayWrite(epochs)) return new LeaseOverError();
      return await this.#transact(client, group, epochs);
    } catch (error) {
      return error ?? new Error('The transaction failed');
    } finally {
      silence.cancel();
    }
  }

  async #transact(client: pg.Client, group: readonly QueuedPiece[], epochs: Epochs): Promise<unknown> {
    const elapsedMs = stopwatch();
    const transaction = new Transaction(client);
    const { results, ended } = await this.#sendAll(transaction, client, { group, epochs });
    const { command } = await ended;
    if (command !== 'COMMIT') return transaction.error ?? new Error('The transaction was rolled back');
    this.#deps.onCommit(elapsedMs(), group.length);
    const settled = await Promise.allSettled(results);
    transaction.committed();
    settled.forEach((it, at) => {
      if (it.status === 'fulfilled') group[at]?.done(it.value);
      else group[at]?.failed(it.reason);
    });
    return undefined;
  }

  /** Sends the whole transaction, in one packet unless a piece decides something. */
  async #sendAll(
    transaction: Transaction,
    client: pg.Client,
    { group, epochs }: { group: readonly QueuedPiece[]; epochs: Epochs },
  ): Promise<{ results: Promise<unknown>[]; ended: Promise<pg.QueryResult> }> {
    const { stream } = client.connection;
    const isOnePacket = group.every(({ isPipelined }) => isPipelined);
    if (isOnePacket) stream.cork();
    try {
      const began = client.query('BEGIN');
      began.catch((error: unknown) => transaction.fail(error));
      if (this.#deps.fence && epochs.size > 0) void transaction.run(this.#deps.fence.statement(epochs));
      const results = await doAll(group, transaction);
      // What fails before it sends anything, such as a value that cannot be stored, is known when all promises have been told.
      await new Promise((resolve) => process.nextTick(resolve));
      if (!transaction.isBroken) this.#deps.beforeCommit(transaction, new Set(group.flatMap(({ of }) => of)));
      return { results, ended: client.query(transaction.isBroken ? 'ROLLBACK' : 'COMMIT') };
    } finally {
      if (isOnePacket) stream.uncork();
    }
  }

  async #connect(): Promise<pg.Client> {
    if (this.#client) return this.#client;
    const client = new pg.Client(this.#deps.config);
    this.#client = client;
    this.#watch(client);
    try {
      await client.connect();
      await checkPrimary(client);
      this.#backend = await takeOver(client, this.#backend);
      await this.#deps.onConnect(client);
      return client;
    } catch (error) {
      this.#forget(client);
      throw error;
    }
  }

  #watch(client: pg.Client): void {
    client.on('error', () => this.#forget(client));
  }

  #disconnect(): void {
    if (this.#client) this.#forget(this.#client);
  }

  #forget(client: pg.Client): void {
    if (this.#client === client) this.#client = undefined;
    client.end().catch(() => undefined);
    // Waiting for a server that is away would take as long as it is.
    client.connection.stream.destroy();
  }
}

function epochsOf(group: readonly QueuedPiece[]): Epochs {
  return new Map(group.flatMap(({ epochs }) => [...epochs]));
}

/** Starts all pieces, in order; only those that look at what they read hold up the next. Stops at the first failure. */
async function doAll(group: readonly QueuedPiece[], transaction: Transaction): Promise<Promise<unknown>[]> {
  const results: Promise<unknown>[] = [];
  for (const piece of group) {
    transaction.gather(piece.isPipelined);
    const result = start(piece, transaction);
    results.push(result);
    const ended = result.catch((error: unknown) => transaction.fail(error));
    if (!piece.isPipelined) await ended;
    if (transaction.isBroken) break;
  }
  transaction.sendRows();
  return results;
}

function start({ work, isEarly, early }: QueuedPiece, transaction: Transaction): Promise<unknown> {
  const result = new Promise((resolve) => resolve(work(transaction)));
  if (isEarly) result.then(early, () => undefined);
  return result;
}
