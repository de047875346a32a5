import { isDeepStrictEqual } from 'node:util';
import { AppError, SessionLostError } from '../domain/errors.ts';
import { type SentMessageRef } from '../domain/outgoing.ts';
import { cappedForMs, type NewChatCap } from '../domain/new-chat-cap.ts';
import { type Person } from '../domain/person.ts';
import { type SessionId } from '../domain/session-id.ts';
import { type AccountIdentity, type PairingCode, type QrCode, type SessionRecord } from '../domain/session.ts';
import { bounded } from '../kit/bounded.ts';
import { isoTime } from '../kit/clock.ts';
import { describeFailure } from '../kit/failure.ts';
import { type Connection, type ConnectionEvent } from '../ports/connection.ts';
import { qrUpdate } from './callback-events.ts';
import { type SendingSession } from './outbound.ts';
import { type SendPace } from './sending/send-pace.ts';
import { type Typing } from './sending/typing.ts';
import { type SessionDeps } from './session-deps.ts';
import { CodePairing, PAIRS_BY_CODE, WANTS_PASSKEY } from './state/code-pairing.ts';
import { ConnectionManager } from './state/connection-manager.ts';
import { initialState } from './state/initial-state.ts';
import { Login } from './state/login.ts';
import { PasskeyLinking } from './state/passkey-linking.ts';
import { Recovery } from './state/recovery.ts';
import { SessionStateMachine } from './state/state-machine.ts';
import { StateTimers } from './state/state-timers.ts';
import { type SessionState } from './state/states.ts';
import { Turns } from './turns.ts';

/** How long a restart, and a send while the connection is being repaired, wait for the connection. */
const PATIENCE_MS = 10_000;

/**
 * One WhatsApp account: its state and what is stored of it, its connection, and what follows from each event on it.
 * Everything that happens to a session is handled in turn, one thing after the other.
 */
export class Session implements SendingSession {
  readonly #deps: SessionDeps;
  readonly #turns: Turns;
  readonly #machine: SessionStateMachine;
  /** The passkey that WhatsApp may want to link its device. */
  readonly passkey: PasskeyLinking;
  readonly #code: CodePairing;
  readonly #connections: ConnectionManager;
  readonly #recovery: Recovery;
  readonly #login: Login;
  readonly #sends = new Set<Promise<unknown>>();
  /** Whether another process goes on with the session. */
  #isLeaving = false;
  /** When it last sent or received something, on the monotonic clock. */
  #activeAtMs: number;

  /** A session as it was stored; `resume` or `restart` opens its connection. */
  constructor(record: SessionRecord, deps: SessionDeps) {
    const { clock, supervisor, inbound, codeFor } = deps;
    this.#deps = deps;
    this.#activeAtMs = clock.monotonic();
    this.#turns = new Turns({
      ...{ mark: `[${record.sessionId}]`, clock, supervisor },
      isGone: () => this.#state.name === 'gone',
      mayJoin: (arrival) => inbound.mayJoin(arrival),
      receive: async (arrivals) => this.#machine.received(await inbound.receive(this.record, arrivals)),
    });
    const timers = new StateTimers({
      clock,
      graceOver: () => this.#turns.add('the end of the grace time', () => this.#recovery.graceOver()),
      banOver: () => this.#turns.add('the end of a ban', () => this.#recovery.banOver()),
    });
    this.#machine = new SessionStateMachine(record, initialState(record, codeFor, timers), deps);
    const machine = this.#machine;
    this.#code = new CodePairing({ ...deps, machine, turns: this.#turns });
    this.#connections = new ConnectionManager({
      ...{ ...deps, sessionId: record.sessionId },
      onEvent: (event) => this.#onEvent(event),
      codeFor: () => this.#code.number,
      places: () => (this.isPairing ? deps.connecting.pairings : deps.connecting.logins),
    });
    this.#login = new Login({ ...deps, machine });
    this.passkey = new PasskeyLinking({ ...deps, machine, connections: this.#connections });
    this.#recovery = new Recovery({
      ...{ ...deps, machine, connections: this.#connections, code: this.#code, passkey: this.passkey, timers },
      handedOver: () => this.#login.handedOver(),
    });
  }

  /** The session as it is stored. */
  get record(): SessionRecord {
    return this.#machine.record;
  }

  get sessionId(): SessionId {
    return this.record.sessionId;
  }

  get pace(): SendPace {
    return this.#deps.pace;
  }

  get typing(): Typing {
    return this.#deps.typing;
  }

  /** Whether it waits for its QR to be scanned, for its code to be typed, or for the passkey that WhatsApp wants then. */
  get isPairing(): boolean {
    return this.#state.name === 'pairing' || this.#state.name === 'passkey' || this.#code.stage !== null;
  }

  /** Whether it is logged in, and receives. */
  get isOnline(): boolean {
    return this.#state.name === 'online' && this.#connections.connection !== undefined;
  }

  get activeAtMs(): number {
    return this.#activeAtMs;
  }

  /** Opens the connection of a session that is not over, unless there is one. */
  resume(): void {
    if (this.#turns.isStopping || this.#code.resume()) return;
    if (this.#state.name === 'linking') {
      this.#turns.add('the first login', () => this.#firstLogin());
      return;
    }
    const isOver = this.#state.name === 'closed' || this.#state.name === 'failed';
    if (!isOver && !this.#connections.connection) this.#connections.open('now');
  }

  /**
   * The QR to scan; waits up to `patienceMs` for the next one.
   * @throws AppError `session_not_pairing`; SessionLostError
   */
  async qr(patienceMs: number): Promise<QrCode> {
    await this.#machine.until(() => this.#state.name !== 'pairing' || this.#state.qr !== undefined, patienceMs);
    if (this.#state.name === 'pairing' && this.#state.qr) return this.#state.qr;
    this.#checkStays();
    if (this.#state.name === 'passkey') throw new AppError('session_not_pairing', WANTS_PASSKEY);
    throw new AppError('session_not_pairing', this.#code.stage === null ? {} : PAIRS_BY_CODE);
  }

  /**
   * The code to type; waits up to `patienceMs` for WhatsApp to accept one.
   * @throws AppError `session_not_pairing`; `pairing_refused` and `rate_limited` by WhatsApp; SessionLostError
   */
  async pairingCode(patienceMs: number): Promise<PairingCode> {
    return this.#code.current(patienceMs).catch((error: unknown) => {
      this.#checkStays();
      throw error;
    });
  }

  /**
   * The open connection; waits for one that is being repaired.
   * @throws AppError `session_not_connected`; SessionLostError
   */
  async connection(): Promise<Connection> {
    await this.#machine.until(() => !this.#isBeingRepaired(), PATIENCE_MS);
    const { connection } = this.#connections;
    if (!connection) this.#checkStays();
    if (this.#state.name !== 'online' || !connection) throw new AppError('session_not_connected');
    return connection;
  }

  /**
   * Closes the connection and opens a new one with the same credentials, then waits a while for it.
   * @throws AppError `session_logged_out` when there are no credentials left; `session_not_connected` while it pairs by a
   *   code, which no other connection can use
   */
  async restart(): Promise<void> {
    if (this.record.phase === 'pairing-by-code') throw new AppError('session_not_connected', PAIRS_BY_CODE);
    if (this.#state.name === 'closed') throw new AppError('session_logged_out');
    await this.#connections.stop();
    await this.#turns.run(() => this.#recovery.startAgain('restart_requested'));
    await this.#machine.until(() => this.#isSettled(), PATIENCE_MS);
    this.#checkStays();
  }

  /**
   * Ends the session for good: unlinks the device if a connection is open, and removes everything except the webhooks that
   * the backend must still receive. `tell` says whether the backend is notified of the end. Returns `false` when it
   * leaves, and goes on elsewhere.
   */
  async remove(why: string, tell: 'always' | 'if-announced'): Promise<boolean> {
    if (this.#isLeaving) return false;
    await this.#connections.logout();
    return this.#turns.run(() => this.#remove(why, tell));
  }

  /** Closes the connection for another session, which goes on with its device. Only for {@link Relinks}, in this one's turn. */
  detach(): Promise<void> {
    return this.#connections.stop();
  }

  /** Ends without a trace: another session goes on with its device. Only for {@link Relinks}, in this one's turn. */
  vanish(): void {
    this.#machine.end();
  }

  /**
   * Goes on with the device of another session of the same account, which is removed from the storage; the own device is
   * unlinked. Returns `false` when this session is gone, or leaves.
   */
  async takeDevice(from: SessionRecord): Promise<boolean> {
    // It may have just come from another node, and not have heard all that WhatsApp has for its device.
    await this.#machine.until(() => !this.#isBeingRepaired(), PATIENCE_MS);
    await this.#connections.drain();
    if (this.#isLeaving) return false;
    await this.#connections.logout();
    return this.#turns.run(() => this.#takeDevice(from));
  }

  /** Runs a send, which {@link leave} waits for. @throws SessionLostError when the session is about to leave */
  async during<Result>(send: () => Promise<Result>): Promise<Result> {
    this.#checkStays();
    this.#activeAtMs = this.#deps.clock.monotonic();
    const sent = send();
    this.#sends.add(sent);
    try {
      return await sent;
    } catch (error) {
      if (error instanceof AppError && error.code === 'session_not_connected') this.#checkStays();
      throw error;
    } finally {
      this.#sends.delete(sent);
    }
  }

  /**
   * Closes the connection for another process, which goes on with the session: at once, or when the sends under way are
   * answered. Resolves when nothing more is sent or stored.
   */
  async leave(when: 'at-once' | 'after-sends'): Promise<void> {
    this.#isLeaving = true;
    if (when === 'after-sends') await bounded(Promise.allSettled(this.#sends), PATIENCE_MS, this.#deps.clock);
    await this.stop();
  }

  /** Closes the connection until {@link goOn}, without a word. */
  pause(): Promise<void> {
    return this.#connections.pause();
  }

  /** Opens the connection that {@link pause} closed. */
  goOn(): void {
    if (this.#turns.isStopping) return;
    this.#connections.goOn();
    this.#turns.add('the end of a pause', async () => {
      // Another pause has begun meanwhile.
      if (this.#connections.isPaused) return;
      await this.#recovery.pauseOver();
      this.resume();
    });
  }

  /** WhatsApp never acknowledged a message that was sent. */
  giveUp(message: SentMessageRef): void {
    this.#turns.add('an unacknowledged message', () => this.#deps.outbound.giveUp(message));
  }

  /** Closes the connection for the end of the process; the device stays linked, and nobody is notified. */
  async stop(): Promise<void> {
    this.#turns.stop();
    // What is under way in a turn may ask for another one.
    await this.#connections.pause();
    await this.#turns.run(() => this.#machine.end());
  }

  /** Queues each event of the connection for its turn. */
  #onEvent(event: ConnectionEvent): void {
    if (event.kind === 'message') {
      this.#activeAtMs = this.#deps.clock.monotonic();
      this.#turns.addMessage(event);
    } else this.#turns.add(`the event "${event.kind}"`, () => this.#handle(event));
  }

  // eslint-disable-next-line complexity -- one case for each event
  #handle(event: Exclude<ConnectionEvent, { kind: 'message' }>): Promise<void> {
    const { inbound, outbound } = this.#deps;
    switch (event.kind) {
      case 'qr':
        return this.#qrOffered(event.qr);
      case 'pairing-code':
        return this.#code.offered(event.code);
      case 'passkey':
        return this.passkey.stepped(event.passkey);
      case 'paired':
        return this.#paired(event.identity);
      case 'open':
        return this.#login.opened(event.identity);
      case 'numbers':
      case 'names':
      case 'past':
        return inbound.learned(this.record, event);
      case 'delivery':
        return outbound.progress(this.sessionId, event.update);
      case 'restricted':
        return this.#restricted(event.untilMs);
      case 'new-chat-cap':
        return this.#capped(event.cap);
      case 'identity-changed':
        return this.#machine.note('identity_changed', newIdentityOf(event.who));
      case 'ringing':
        this.#deps.calls.rang(event.call);
        return Promise.resolve();
      case 'note':
        return this.#machine.note('trouble', event.why);
      case 'closed':
        return this.#recovery.disconnected(event.reason, event.code);
    }
  }

  async #qrOffered(qr: QrCode): Promise<void> {
    // A QR although a device was linked: its credentials are gone.
    if (this.record.announced) return this.#recovery.close(CREDENTIALS_MISSING);
    this.#connections.forgive();
    const events = [qrUpdate(this.sessionId, qr)];
    await this.#machine.enter({ name: 'pairing', qr }, { events, note: { what: 'qr_offered' } });
    this.#deps.log.info({ sessionId: this.sessionId }, `[${this.sessionId}] === QR GENERADO ===`);
  }

  async #paired(identity: AccountIdentity): Promise<void> {
    await this.#machine.enter({ name: 'linking' }, { record: { identity }, note: { what: 'paired' } });
  }

  async #firstLogin(): Promise<void> {
    if (!(await this.#login.handedOver())) this.#connections.open('now');
  }

  async #takeDevice({ sessionId: deviceOf, identity }: SessionRecord): Promise<boolean> {
    const { connector, outbound } = this.#deps;
    if (this.#state.name === 'gone') return false;
    await this.#connections.stop();
    await outbound.end(this.sessionId);
    connector.release(this.sessionId);
    await this.#recovery.linkedAgain({ identity }, deviceOf);
    this.#login.newDevice();
    this.#connections.forgive();
    this.#connections.open('now');
    return true;
  }

  async #restricted(untilMs: number | null): Promise<void> {
    if (untilMs === this.record.restrictedUntilMs) return;
    const note = untilMs === null ? undefined : { what: 'restricted' as const, why: `Until ${isoTime(untilMs)}` };
    await this.#machine.amend({ restrictedUntilMs: untilMs }, note);
  }

  async #capped(cap: NewChatCap | null): Promise<void> {
    const { newChatCap: before = null } = this.record;
    if (isDeepStrictEqual(cap, before)) return;
    const nowMs = this.#deps.clock.now();
    const [isFull, wasFull] = [cap, before].map((each) => cappedForMs(each, nowMs) > 0);
    const why = isFull && !wasFull && cap ? `Until ${isoTime(cap.resetsAtMs ?? nowMs)}` : null;
    await this.#machine.amend({ newChatCap: cap }, why === null ? undefined : { what: 'restricted', why });
  }

  async #remove(why: string, tell: 'always' | 'if-announced'): Promise<boolean> {
    if (this.#state.name === 'gone') return !this.#isLeaving;
    await this.#deps.outbound.end(this.sessionId);
    await this.#machine.leave(why, tell);
    await this.#forgetKeys();
    return true;
  }

  /** What a closing connection has still stored goes, too. The session is gone in any case; where nobody owns it, nothing was. */
  async #forgetKeys(): Promise<void> {
    const { connector, log } = this.#deps;
    try {
      await connector.forget(this.sessionId);
    } catch (error) {
      if (error instanceof SessionLostError) return;
      const { sessionId } = this;
      log.warn({ sessionId, failure: describeFailure(error) }, `[${sessionId}] keys of a removed session may be left`);
    }
  }

  /** Whoever waits for a session that leaves asks again, and is sent to where it is. */
  #checkStays(): void {
    if (this.#isLeaving) throw new SessionLostError();
  }

  /** Also true between the loss of the connection and our turn to note it. */
  #isBeingRepaired(): boolean {
    const { name } = this.#state;
    return name === 'repairing' || (name === 'online' && !this.#connections.connection);
  }

  #isSettled(): boolean {
    const state = this.#state;
    return state.name === 'pairing' ? state.qr !== undefined : !['linking', 'repairing', 'lost'].includes(state.name);
  }

  get #state(): SessionState {
    return this.#machine.state;
  }
}

function newIdentityOf({ number, lid }: Person): string {
  return `${number ?? lid ?? ''} has a new security code: a new phone, a new installation, or another person with that number.`;
}

const CREDENTIALS_MISSING = 'The credentials of this session are missing. Connect the account again with a new QR.';
