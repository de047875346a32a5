import type { PhoneNumber } from '../../domain/address.ts';
import type { SessionId } from '../../domain/session-id.ts';
import { type Backoff, backoffDelayMs } from '../../kit/backoff.ts';
import type { Clock, Timer } from '../../kit/clock.ts';
import type { Random } from '../../kit/random.ts';
import type { Semaphore } from '../../kit/semaphore.ts';
import type { Supervisor } from '../../kit/supervisor.ts';
import {
  type Connection,
  type ConnectionEvent,
  type ConnectionEventHandler,
  type Connector,
  OPENING_ENDS_WITH,
} from '../../ports/connection.ts';
import { DisconnectHistory } from './disconnect-history.ts';

/** Dependencies of a {@link ConnectionManager}. */
export interface ConnectionManagerDeps {
  sessionId: SessionId;
  connector: Connector;
  /** The places for connections of the process that open at the same time. */
  places: () => Semaphore;
  clock: Clock;
  random: Random;
  supervisor: Supervisor;
  onEvent: ConnectionEventHandler;
  /** The number that the next connection requests a pairing code for, if any. */
  codeFor: () => PhoneNumber | undefined;
}

/** A login that hangs gives up its place for others after this time, though not the login. */
const PLACE_LIMIT_MS = 5_000;
/** Only the current connection may say where the session stands. */
export const OF_CURRENT_ONLY: ReadonlySet<ConnectionEvent['kind']> = new Set([
  ...OPENING_ENDS_WITH,
  'passkey',
  'paired',
]);

/**
 * Holds at most one connection for a session: opens it when its turn comes, after a pause if asked to, and keeps the
 * history of its disconnects. A stale connection may still deliver messages that it received, but no longer decides
 * where the session stands.
 */
export class ConnectionManager {
  readonly #deps: ConnectionManagerDeps;
  #connection: Connection | undefined;
  #retry: Timer | undefined;
  /** Identifies the current connection; increases with each order to open or stop. */
  #generation = 0;
  /** Nothing is opened until {@link goOn}. */
  #isPaused = false;
  #pauseChanges = 0;
  /** Settles when all connections that were let go are closed: WhatsApp must never see two of them. */
  #closed: Promise<unknown> = Promise.resolve();
  readonly #history: DisconnectHistory;

  constructor(deps: ConnectionManagerDeps) {
    this.#deps = deps;
    this.#history = new DisconnectHistory(deps.clock);
  }

  /** The connection, if there is one that can be used. */
  get connection(): Connection | undefined {
    return this.#connection?.isClosing ? undefined : this.#connection;
  }

  /** How its connections ended so far. */
  get disconnects(): Pick<DisconnectHistory, 'inARow' | 'replacements'> {
    return this.#history;
  }

  /** Opens a connection, now or after a pause that grows with the disconnects in a row; none while it is paused. */
  open(after: 'now' | Backoff): void {
    const generation = this.#nextGeneration();
    if (this.#isPaused) return;
    const delayMs = after === 'now' ? 0 : backoffDelayMs(after, this.#history.inARow, this.#deps.random);
    const start = () => this.#deps.supervisor.run('opening a connection', this.#connect(generation));
    if (delayMs === 0) start();
    else this.#retry = this.#deps.clock.after(delayMs, start);
  }

  /** Whether nothing is opened, whoever asks for it. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** How often a pause has begun or ended: a time during which that changes is not one without a connection. */
  get pauseChanges(): number {
    return this.#pauseChanges;
  }

  /** Closes the connection and opens no other, whoever asks for it, until {@link goOn}. */
  pause(): Promise<void> {
    this.#isPaused = true;
    this.#pauseChanges += 1;
    return this.stop();
  }

  /** Opens connections again. The caller asks for the first one. */
  goOn(): void {
    this.#isPaused = false;
    this.#pauseChanges += 1;
  }

  /** Closes the connection and opens no other. The device stays linked. Resolves when no connection is left. */
  stop(): Promise<void> {
    this.#nextGeneration();
    return this.#letGo((connection) => connection.close());
  }

  /** Unlinks the device if a connection is open, and opens no other. Resolves when no connection is left. */
  logout(): Promise<void> {
    this.#nextGeneration();
    return this.#letGo((connection) => connection.logout());
  }

  /** Waits for what WhatsApp still has for the device, which is about to be unlinked: nobody else would get it. */
  async drain(): Promise<void> {
    await this.#connection?.drain();
  }

  /** A person asked for the session: earlier disconnects no longer count. */
  forgive(): void {
    this.#history.forgive();
  }

  async #connect(generation: number): Promise<void> {
    const { clock, places } = this.#deps;
    const leave = await places().take();
    const limit = clock.after(PLACE_LIMIT_MS, leave);
    const opened = (): void => {
      limit.cancel();
      leave();
    };
    if (generation === this.#generation) await this.#letGo((connection) => connection.close());
    if (generation !== this.#generation) {
      opened();
      return;
    }
    const { connector, sessionId, codeFor } = this.#deps;
    const onEvent = (event: ConnectionEvent) => {
      if (OPENING_ENDS_WITH.has(event.kind)) opened();
      if (generation === this.#generation || !OF_CURRENT_ONLY.has(event.kind)) this.#pass(event);
    };
    this.#connection = connector.open(sessionId, onEvent, codeFor());
  }

  #pass(event: ConnectionEvent): void {
    if (event.kind === 'open') this.#history.opened();
    if (event.kind === 'closed') {
      // From here on this connection is stale: what Baileys still reports about it, such as a login in progress, comes too
      // late.
      this.#nextGeneration();
      this.#connection = undefined;
      this.#history.count(event.reason);
    }
    this.#deps.onEvent(event);
  }

  #nextGeneration(): number {
    this.#retry?.cancel();
    this.#generation += 1;
    return this.#generation;
  }

  /** Ends the connection, and waits for those before it that are still closing. */
  async #letGo(end: (connection: Connection) => Promise<void>): Promise<void> {
    const before = this.#closed;
    const ended = this.#connection && end(this.#connection);
    this.#connection = undefined;
    this.#closed = Promise.allSettled([before, ended]);
    await before;
    await ended;
  }
}
