import { type Chance } from '../kit/chance.ts';
import { type Clock, type Timer } from '../kit/clock.ts';
import { Condition } from '../kit/condition.ts';
import { type Logger } from '../kit/logger.ts';
import { SerialQueue } from '../kit/serial-queue.ts';
import { type Slots } from '../kit/slots.ts';
import { type Supervisor } from '../kit/supervisor.ts';
import { type PhoneNumber } from '../domain/address.ts';
import { type CloseReason } from '../domain/close-reason.ts';
import { AppError } from '../domain/errors.ts';
import {
  type Connection,
  type ConnectionListener,
  type Connector,
  type NewCallback,
  type SessionFolders,
  type SessionStore,
} from '../domain/ports.ts';
import { type AccountIdentity, type QrCode, type SessionRecord, statusOf } from '../domain/session.ts';
import { type SessionId } from '../domain/session-id.ts';
import { newSessionConnected, qrUpdate, statusUpdate } from './events.ts';
import { type Inbound } from './inbound.ts';
import { insist } from './insist.ts';
import { LineKeeper } from './line-keeper.ts';
import { type Outbound, type SendingSession } from './outbound.ts';
import { decide, type Decision } from './reconnect.ts';
import { type SendPace } from './send-pace.ts';
import { mayFollow, phaseOf, type SessionState } from './session-state.ts';

/** A line that comes back within this time was never lost for anybody outside (contract 1.1). */
const GRACE_MS = 10_000;
/** How long a restart, and a send while the line is being repaired, wait for the line. */
const PATIENCE_MS = 10_000;

/** What a session is made of. */
export interface SessionParts {
  store: SessionStore;
  connector: Connector;
  /** Lets only so many lines connect at once. */
  connecting: Slots;
  inbound: Inbound;
  outbound: Outbound;
  folders: SessionFolders;
  pace: SendPace;
  clock: Clock;
  chance: Chance;
  supervisor: Supervisor;
  log: Logger;
  authDir: string;
  /**
   * Runs `announce` alone among all sessions, after the older session of the same number was removed; it is given
   * the key of that session's last callback.
   */
  announcing: (number: PhoneNumber, announce: (after: string | undefined) => Promise<void>) => Promise<void>;
}

/**
 * One WhatsApp account: what it is (`record`, as it is stored), where it is in its life (`#state`, changed only by
 * `#enter`), and its line. Everything that happens to it happens in turn, one thing after the other; the record and the
 * callbacks that a change causes are stored in one transaction before anybody can see the change.
 */
export class Session implements SendingSession {
  readonly #parts: SessionParts;
  readonly #keeper: LineKeeper;
  readonly #turns = new SerialQueue();
  readonly #changed: Condition;
  #record: SessionRecord;
  #state: SessionState;
  /** How many changes were told of, to tell two in the same millisecond apart. */
  #changes = 0;
  #isStopping = false;

  /** A session as it was stored; `resume` or `restart` gives it life. */
  constructor(record: SessionRecord, parts: SessionParts) {
    this.#parts = parts;
    this.#record = record;
    this.#state = this.#initialState(record);
    this.#changed = new Condition(parts.clock);
    this.#keeper = new LineKeeper({ ...parts, sessionId: record.sessionId, listener: this.#listener() });
  }

  /** The session as it is stored. */
  get record(): SessionRecord {
    return this.#record;
  }

  get sessionId(): SessionId {
    return this.#record.sessionId;
  }

  get pace(): SendPace {
    return this.#parts.pace;
  }

  /** Whether it waits to be scanned. */
  get isPairing(): boolean {
    return this.#state.name === 'pairing';
  }

  /** Opens the line of a session that is not over. */
  resume(): void {
    if (this.#state.name !== 'closed' && this.#state.name !== 'failed') this.#keeper.open('now');
  }

  /**
   * The code to scan; waits up to `patienceMs` for the next offer.
   * @throws AppError `session_not_pairing`
   */
  async qr(patienceMs: number): Promise<QrCode> {
    await this.#changed.until(() => this.#state.name !== 'pairing' || this.#state.qr !== undefined, patienceMs);
    if (this.#state.name !== 'pairing' || !this.#state.qr) throw new AppError('session_not_pairing');
    return this.#state.qr;
  }

  /**
   * The line to send by; waits for one that is just being repaired.
   * @throws AppError `session_not_connected`
   */
  async line(): Promise<Connection> {
    await this.#changed.until(() => !this.#isBeingRepaired(), PATIENCE_MS);
    const line = this.#keeper.connection;
    if (this.#state.name !== 'online' || !line) throw new AppError('session_not_connected');
    return line;
  }

  /**
   * Closes the line and opens a new one with the same credentials, then waits a while for it.
   * @throws AppError `session_logged_out` when there are no credentials left
   */
  async restart(): Promise<void> {
    if (this.#state.name === 'closed') throw new AppError('session_logged_out');
    await this.#keeper.stop();
    await this.#turns.run(() => this.#startAgain());
    await this.#changed.until(() => this.#isSettled(), PATIENCE_MS);
  }

  /**
   * Ends the session for good: unlinks the device where a line is open, and removes everything but the callbacks that
   * the backend still has to get. `tell` says whether it is told that the session ended.
   * @returns the key of the last callback, when there is one
   */
  async remove(why: string, tell: 'always' | 'if-announced'): Promise<string | undefined> {
    await this.#keeper.logout();
    return this.#turns.run(() => this.#leave(why, tell));
  }

  /** Closes the line for the end of the process; the device stays linked, and nobody is told. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#cancelGrace();
    await this.#keeper.stop();
    await this.#turns.run(() => this.#become({ name: 'gone' }));
  }

  #initialState({ phase }: SessionRecord): SessionState {
    if (phase === 'pairing') return { name: 'pairing', qr: undefined };
    if (phase === 'online') return { name: 'repairing', grace: this.#startGrace(), why: 'The server was restarted' };
    return { name: phase };
  }

  #listener(): ConnectionListener {
    return {
      onQr: (qr) => this.#inTurn('a QR', () => this.#offered(qr)),
      onPaired: (identity) => this.#inTurn('a scan', () => this.#enter({ name: 'linking' }, { identity })),
      onOpen: (identity) => this.#inTurn('a login', () => this.#opened(identity)),
      onMessage: (message, key) =>
        this.#inTurn('a message', async () => {
          this.#record = await this.#parts.inbound.receive(this.#record, message, key);
        }),
      onDelivery: (update) => this.#inTurn('a receipt', () => this.#parts.outbound.progress(this.sessionId, update)),
      onNote: (why) => this.#inTurn('a note', () => this.#note(why)),
      onClosed: (reason) => this.#inTurn('a lost line', () => this.#lost(reason)),
    };
  }

  /** Handles something that happened, after everything that happened before it, and before anything that comes later. */
  #inTurn(what: string, handle: () => Promise<void>): void {
    const handled = this.#turns.run(() =>
      insist(
        async () => {
          if (this.#state.name !== 'gone') await handle();
        },
        this.#parts.clock,
        () => this.#isStopping,
      ),
    );
    this.#parts.supervisor.run(`${this.#mark} ${what}`, handled);
  }

  async #offered(qr: QrCode): Promise<void> {
    // A code although a device was linked: its credentials are not there any more.
    if (this.#record.announced) return this.#close(CREDENTIALS_MISSING);
    this.#keeper.forgive();
    await this.#enter({ name: 'pairing', qr }, {}, [qrUpdate(this.sessionId, qr)]);
    this.#parts.log.info({ sessionId: this.sessionId }, `${this.#mark} === QR GENERADO ===`);
  }

  async #opened(identity: AccountIdentity): Promise<void> {
    const news = { identity, errorMessage: null, lastSeenMs: this.#parts.clock.now() };
    if (this.#record.announced) {
      await this.#enter({ name: 'online' }, news);
      return this.#parts.folders.discardVersion3(this.sessionId);
    }
    await this.#parts.announcing(identity.phoneNumber, async (after) => {
      const record = this.#next({ name: 'online' }, { ...news, announced: true });
      await this.#enter({ name: 'online' }, record, [newSessionConnected(record, this.#parts.authDir, after)]);
    });
  }

  async #note(why: string): Promise<void> {
    const note = { atMs: this.#parts.clock.now(), what: 'trouble', why };
    await this.#parts.store.commit(this.#record, [], { note });
  }

  async #lost(reason: CloseReason): Promise<void> {
    const linked = this.#state.name !== 'pairing';
    const decision = decide(reason, { linked, failures: this.#keeper.failures });
    this.#parts.log.info({ sessionId: this.sessionId, reason, decision: decision.do }, `${this.#mark} line lost`);
    await this.#apply(decision);
  }

  async #apply(decision: Decision): Promise<void> {
    switch (decision.do) {
      case 'reconnect':
        await this.#endure(decision.message);
        this.#keeper.open(decision.after);
        return;
      case 'start-over':
        await this.#parts.connector.forget(this.sessionId);
        await this.#enter({ name: 'pairing', qr: undefined }, { identity: null });
        this.#keeper.open(decision.after);
        return;
      case 'close':
        return this.#close(decision.message);
      case 'fail':
        return this.#enter({ name: 'failed' }, { errorMessage: decision.message });
    }
  }

  /** What a lost line that is being repaired changes: at first nothing that can be seen. */
  async #endure(why: string | null): Promise<void> {
    if (this.#state.name === 'pairing') await this.#enter({ name: 'pairing', qr: undefined });
    if (this.#state.name === 'online') await this.#enter({ name: 'repairing', grace: this.#startGrace(), why });
    if (this.#state.name === 'lost' && why) await this.#enter({ name: 'lost' }, { errorMessage: why });
  }

  #startGrace(): Timer {
    return this.#parts.clock.after(GRACE_MS, () => this.#inTurn('the end of the grace', () => this.#giveUpGrace()));
  }

  async #giveUpGrace(): Promise<void> {
    if (this.#state.name !== 'repairing') return;
    await this.#enter({ name: 'lost' }, { errorMessage: this.#state.why, lastSeenMs: this.#parts.clock.now() });
  }

  #cancelGrace(): void {
    if (this.#state.name === 'repairing') this.#state.grace.cancel();
  }

  async #startAgain(): Promise<void> {
    if (this.#state.name === 'gone') return;
    this.#keeper.forgive();
    if (this.#state.name === 'online') await this.#endure('The session is being restarted');
    if (this.#state.name === 'pairing') await this.#endure(null);
    if (this.#state.name === 'failed') {
      const name = this.#record.announced ? 'lost' : 'pairing';
      await this.#enter(name === 'lost' ? { name } : { name, qr: undefined }, { errorMessage: null });
    }
    this.#keeper.open('now');
  }

  /** Also in the moment between the loss of the line and our turn to note it. */
  #isBeingRepaired(): boolean {
    const { name } = this.#state;
    return name === 'repairing' || (name === 'online' && !this.#keeper.connection);
  }

  #isSettled(): boolean {
    const state = this.#state;
    return state.name === 'pairing' ? state.qr !== undefined : !['linking', 'repairing', 'lost'].includes(state.name);
  }

  async #close(why: string): Promise<void> {
    await this.#keeper.stop();
    await this.#parts.connector.forget(this.sessionId);
    await this.#enter({ name: 'closed' }, { errorMessage: why });
  }

  async #leave(why: string, tell: 'always' | 'if-announced'): Promise<string | undefined> {
    if (this.#state.name === 'gone') return undefined;
    const last = { ...this.#record, phase: 'closed' as const, errorMessage: why, updatedAtMs: this.#parts.clock.now() };
    const events = tell === 'always' || last.announced ? [statusUpdate(last, this.#changes)] : [];
    await this.#parts.store.remove(last.sessionId, events);
    this.#record = last;
    this.#become({ name: 'gone' });
    return events[0]?.webhookId;
  }

  /** The only way to another state: stores it with the callbacks that it causes, then makes it visible. */
  async #enter(
    state: Exclude<SessionState, { name: 'gone' }>,
    changes: Partial<SessionRecord> = {},
    events: readonly NewCallback[] = [],
  ): Promise<void> {
    if (!mayFollow(this.#state.name, state.name)) {
      throw new Error(`A session cannot go from ${this.#state.name} to ${state.name}`);
    }
    const record = this.#next(state, changes);
    await this.#parts.store.commit(record, [...events, ...this.#statusNews(record)]);
    this.#record = record;
    this.#changes += 1;
    this.#become(state);
  }

  #next(state: Exclude<SessionState, { name: 'gone' }>, changes: Partial<SessionRecord>): SessionRecord {
    return { ...this.#record, phase: phaseOf(state.name), updatedAtMs: this.#parts.clock.now(), ...changes };
  }

  /** A change of status is told from the first connection on, and the end of a session that never connected. */
  #statusNews(next: SessionRecord): NewCallback[] {
    const status = statusOf(next.phase);
    const changed = status !== statusOf(this.#record.phase);
    const told = this.#record.announced || status === 'error' || status === 'disconnected';
    return changed && told ? [statusUpdate(next, this.#changes)] : [];
  }

  #become(state: SessionState): void {
    this.#cancelGrace();
    this.#state = state;
    this.#changed.changed();
  }

  get #mark(): string {
    return `[${this.sessionId}]`;
  }
}

const CREDENTIALS_MISSING = 'The credentials of this session are missing. Connect the account again with a new QR.';
