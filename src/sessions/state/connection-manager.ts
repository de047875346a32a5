import { type PhoneNumber } from '../../domain/address.ts';
import { type CloseReason } from '../../domain/close-reason.ts';
import { type SessionId } from '../../domain/session-id.ts';
import { type Backoff, backoffDelayMs } from '../../kit/backoff.ts';
import { type Clock, type Timer } from '../../kit/clock.ts';
import { type Random } from '../../kit/random.ts';
import { type Semaphore } from '../../kit/semaphore.ts';
import { type Supervisor } from '../../kit/supervisor.ts';
import { type Connection, type ConnectionListener, type Connector } from '../../ports/connection.ts';
import { DisconnectHistory } from './disconnect-history.ts';

/** What a keeper is made of. */
export interface ConnectionManagerDeps {
  sessionId: SessionId;
  connector: Connector;
  /** Lets only so many lines connect at once. */
  connecting: Semaphore;
  clock: Clock;
  random: Random;
  supervisor: Supervisor;
  listener: ConnectionListener;
  /** Whose phone takes a code, when the next line is to ask for one. */
  codeFor: () => PhoneNumber | undefined;
}

/**
 * Keeps at most one line for a session: opens it in its turn, after a pause when asked to, and counts its losses.
 * An old line can still hand over messages that it got, but says nothing more about the session's state.
 */
export class ConnectionManager {
  readonly #deps: ConnectionManagerDeps;
  #connection: Connection | undefined;
  #retry: Timer | undefined;
  /** Which line is the current one; goes up with each order to open or stop. */
  #turn = 0;
  readonly #history: DisconnectHistory;

  constructor(deps: ConnectionManagerDeps) {
    this.#deps = deps;
    this.#history = new DisconnectHistory(deps.clock);
  }

  /** The line, when there is one that is of use. */
  get connection(): Connection | undefined {
    return this.#connection?.isClosing ? undefined : this.#connection;
  }

  /** How its lines ended so far. */
  get disconnects(): Pick<DisconnectHistory, 'inARow' | 'replacements'> {
    return this.#history;
  }

  /** Opens a line, now or after a pause that grows with the losses. */
  open(after: 'now' | Backoff): void {
    const turn = this.#nextTurn();
    const delayMs = after === 'now' ? 0 : backoffDelayMs(after, this.#history.inARow, this.#deps.random);
    const start = () => this.#deps.supervisor.run('opening a line', this.#connect(turn));
    if (delayMs === 0) start();
    else this.#retry = this.#deps.clock.after(delayMs, start);
  }

  /** Closes the line and opens none. The device stays linked. */
  async stop(): Promise<void> {
    this.#nextTurn();
    await this.#release()?.close();
  }

  /** Unlinks the device where a line is open, and opens none. */
  async logout(): Promise<void> {
    this.#nextTurn();
    await this.#release()?.logout();
  }

  /** A person wants it again: earlier losses do not count. */
  forgive(): void {
    this.#history.forgive();
  }

  async #connect(turn: number): Promise<void> {
    const leave = await this.#deps.connecting.take();
    if (turn !== this.#turn) {
      leave();
      return;
    }
    const { connector, sessionId, codeFor } = this.#deps;
    this.#connection = connector.open(sessionId, this.#listener(turn, leave), codeFor());
  }

  #listener(turn: number, leave: () => void): ConnectionListener {
    const { listener } = this.#deps;
    const ifCurrent = (tell: () => void) => {
      if (turn === this.#turn) tell();
    };
    return {
      onQr: (qr) => {
        leave();
        ifCurrent(() => listener.onQr(qr));
      },
      onPairingCode: (code) => {
        leave();
        ifCurrent(() => listener.onPairingCode(code));
      },
      onPaired: (identity) => ifCurrent(() => listener.onPaired(identity)),
      onOpen: (identity) => {
        leave();
        ifCurrent(() => {
          this.#history.opened();
          listener.onOpen(identity);
        });
      },
      onMessage: (message, key) => listener.onMessage(message, key),
      onNumbers: (numbers) => listener.onNumbers(numbers),
      onDelivery: (update) => listener.onDelivery(update),
      onRestricted: (untilMs) => listener.onRestricted(untilMs),
      onNote: (why) => listener.onNote(why),
      onClosed: (reason, code) => {
        leave();
        ifCurrent(() => this.#lost(reason, code));
      },
    };
  }

  /** From here on the lost line is nobody's: what Baileys still says of it (a login that it had been busy with) is late. */
  #lost(reason: CloseReason, code: string): void {
    this.#nextTurn();
    this.#connection = undefined;
    this.#history.count(reason);
    this.#deps.listener.onClosed(reason, code);
  }

  #nextTurn(): number {
    this.#retry?.cancel();
    this.#turn += 1;
    return this.#turn;
  }

  #release(): Connection | undefined {
    const connection = this.#connection;
    this.#connection = undefined;
    return connection;
  }
}
