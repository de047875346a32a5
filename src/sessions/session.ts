import { AppError, SessionLostError } from '../domain/errors.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { AccountIdentity, PairingCode, QrCode, SessionRecord } from '../domain/session.ts';
import { isUnreachable } from '../domain/unreachable.ts';
import { bounded } from '../kit/bounded.ts';
import type { Connection, ConnectionEvent } from '../ports/connection.ts';
import { qrUpdate } from './callback-events.ts';
import { notConnected, troubleOf } from './trouble.ts';
import { forgetKeys } from './forget-keys.ts';
import { isHeld, isWanted, storeHeld } from './held-events.ts';
import type { SendingSession } from './outbound.ts';
import type { SendPace } from './sending/send-pace.ts';
import type { Typing } from './sending/typing.ts';
import type { SessionDeps } from './session-deps.ts';
import { AccountFacts } from './state/account-facts.ts';
import { CodePairing, PAIRS_BY_CODE, WANTS_PASSKEY } from './state/code-pairing.ts';
import { ConnectionManager, OF_CURRENT_ONLY } from './state/connection-manager.ts';
import { initialState } from './state/initial-state.ts';
import { isOfAnother, Login } from './state/login.ts';
import { PasskeyLinking } from './state/passkey-linking.ts';
import { Recovery } from './state/recovery.ts';
import { SessionControl } from './state/session-control.ts';
import { SessionStateMachine } from './state/state-machine.ts';
import { StateTimers } from './state/state-timers.ts';
import { OVER, type SessionState } from './state/states.ts';
import { takenProfile } from './taken-profile.ts';
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
  /** What a person asks of it. */
  readonly control: SessionControl;
  readonly #code: CodePairing;
  readonly #connections: ConnectionManager;
  readonly #recovery: Recovery;
  readonly #login: Login;
  readonly #facts: AccountFacts;
  readonly #sends = new Set<Promise<unknown>>();
  /** Whether another process goes on with the session. */
  #isLeaving = false;
  /** Whether its connection is that of another account, by mistake: nothing of it may be stored or told. */
  #isForeign = false;
  /** When it last sent or received something, on the monotonic clock. */
  #activeAtMs: number;

  /** A session as it was stored; `resume` or `control.restart` opens its connection. */
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
    this.#connections = new ConnectionManager({
      ...{ ...deps, sessionId: record.sessionId },
      onEvent: (event) => this.#onEvent(event),
      codeFor: () => this.#code.number,
      places: () => (this.isPairing ? deps.connecting.pairings : deps.connecting.logins),
    });
    const timers = new StateTimers({
      ...{ clock, connections: this.#connections },
      graceOver: (since) => this.#turns.add('the end of the grace time', () => this.#recovery.graceOver(since)),
      banOver: () => this.#turns.add('the end of a ban', () => this.#recovery.banOver()),
    });
    this.#machine = new SessionStateMachine(record, initialState(record, codeFor, timers), deps);
    const machine = this.#machine;
    this.#code = new CodePairing({ ...deps, machine, turns: this.#turns });
    this.#facts = new AccountFacts(machine, clock);
    this.#login = new Login({ ...deps, machine, refuse: (why) => this.#refuse(why) });
    this.passkey = new PasskeyLinking({ ...deps, machine, connections: this.#connections });
    this.#recovery = new Recovery({
      ...{ ...deps, machine, connections: this.#connections, code: this.#code, passkey: this.passkey, timers },
      handedOver: () => this.#login.handedOver(),
    });
    this.control = new SessionControl({
      ...{ machine, connections: this.#connections, recovery: this.#recovery, turns: this.#turns, clock },
      ...{ code: this.#code, sends: () => Promise.allSettled(this.#sends) },
      ...{ resume: () => this.resume(), isSettled: () => this.#isSettled() },
      checkStays: () => this.#checkStays(),
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
    if (!OVER.has(this.#state.name) && !this.#connections.connection) this.#connections.open('now');
  }

  /**
   * The QR to scan; waits up to `patienceMs` for the next one.
   * @throws AppError `session_not_pairing`; SessionLostError
   */
  async qr(patienceMs: number): Promise<QrCode> {
    await this.#machine.until(() => this.#isSettled() || this.#state.name !== 'pairing', patienceMs);
    if (this.#state.name === 'pairing' && this.#state.qr) return this.#state.qr;
    this.#checkStays();
    if (this.#state.name === 'passkey') throw new AppError('session_not_pairing', WANTS_PASSKEY);
    if (this.#code.stage !== null) throw new AppError('session_not_pairing', PAIRS_BY_CODE);
    throw new AppError('session_not_pairing', this.#state.name === 'pairing' ? troubleOf(this.record) : {});
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
    if (this.#state.name === 'stopped') throw new AppError('session_stopped');
    if (this.#state.name !== 'online' || !connection) throw notConnected(this.record);
    return connection;
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
  giveUp(messageId: string): void {
    this.#turns.add('an unacknowledged message', () => this.#deps.outbound.giveUp(this.record, messageId));
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
    if (event.kind === 'paired') this.#isForeign = isOfAnother(this.record, event.identity);
    if (this.#isForeign && !OF_CURRENT_ONLY.has(event.kind)) return;
    if (event.kind === 'message') {
      this.#activeAtMs = this.#deps.clock.monotonic();
      this.#turns.addMessage(event);
    } else if (isHeld(event) && !isWanted(this.sessionId, event, this.#deps)) event.stored();
    else this.#turns.add(`the event "${event.kind}"`, () => this.#handle(event));
  }

  // eslint-disable-next-line complexity -- one case for each event
  #handle(event: Exclude<ConnectionEvent, { kind: 'message' }>): Promise<void> {
    const { inbound, outbound } = this.#deps;
    // It was on its way when the connection was closed.
    if (this.#state.name === 'stopped' && OF_CURRENT_ONLY.has(event.kind)) return Promise.resolve();
    if (isHeld(event)) return storeHeld(this.sessionId, event, this.#deps);
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
      case 'own-name':
        return this.#facts.named(event.name);
      case 'numbers':
      case 'names':
      case 'past':
        return inbound.learned(this.record, event);
      case 'asked-to-join':
        return this.#deps.joinRequests.wait(this.sessionId, event.groupId, event.people);
      case 'account-news':
        return this.#deps.news.tell(this.sessionId, event.news);
      case 'delivery':
        return outbound.progress(this.record, event.update);
      case 'restricted':
        return this.#facts.restricted(event.untilMs);
      case 'new-chat-cap':
        return this.#facts.capped(event.cap);
      case 'identity-changed':
        return this.#facts.identityChanged(event.who);
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
    // A QR although a device is linked: its credentials are gone.
    if (this.record.announced && this.#state.name !== 'pairing') return this.#recovery.credentialsMissing();
    this.#connections.forgive();
    const events = [qrUpdate(this.record, qr)];
    const record = { errorMessage: null };
    await this.#machine.enter({ name: 'pairing', qr }, { record, events, note: { what: 'qr_offered' } });
    this.#deps.log.info({ sessionId: this.sessionId }, `[${this.sessionId}] === QR GENERADO ===`);
  }

  async #paired(identity: AccountIdentity): Promise<void> {
    const record = this.#isForeign ? {} : { identity };
    await this.#machine.enter({ name: 'linking' }, { record, note: { what: 'paired' } });
  }

  /** The device of another account is unlinked, and the session is over as before. */
  async #refuse(why: string): Promise<void> {
    this.#isForeign = true;
    await this.#connections.logout();
    await this.#recovery.close(why);
    this.#isForeign = false;
  }

  async #firstLogin(): Promise<void> {
    if (!(await this.#login.handedOver())) this.#connections.open('now');
  }

  async #takeDevice(from: SessionRecord): Promise<boolean> {
    const { connector, outbound, store } = this.#deps;
    const { sessionId: deviceOf, identity } = from;
    if (this.#state.name === 'gone') return false;
    await this.#connections.stop();
    await outbound.end(this.record);
    connector.release(this.sessionId);
    const said = await takenProfile(store, this.record.profile, from);
    const changes = { identity, ...(said.profile && { profile: said.profile }) };
    await this.#recovery.linkedAgain(changes, { deviceOf, ...said });
    this.#login.newDevice();
    this.#connections.forgive();
    this.#connections.open('now');
    return true;
  }

  async #remove(why: string, tell: 'always' | 'if-announced'): Promise<boolean> {
    if (this.#state.name === 'gone') return !this.#isLeaving;
    await this.#deps.outbound.end(this.record);
    await this.#machine.leave(why, tell);
    await forgetKeys(this.sessionId, this.#deps);
    return true;
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

  /** Whether nothing is worth waiting for: it is connected, offers its QR, is over, or cannot reach WhatsApp. */
  #isSettled(): boolean {
    const state = this.#state;
    if (isUnreachable(this.record.unreachable, this.#connections.disconnects.inARow)) return true;
    return state.name === 'pairing' ? state.qr !== undefined : !['linking', 'repairing', 'lost'].includes(state.name);
  }

  get #state(): SessionState {
    return this.#machine.state;
  }
}
