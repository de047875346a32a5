import { type CloseReason } from '../domain/close-reason.ts';
import { AppError } from '../domain/errors.ts';
import { type SentMessageRef } from '../domain/outgoing.ts';
import { type SessionId } from '../domain/session-id.ts';
import { type AccountIdentity, type PairingCode, type QrCode, type SessionRecord } from '../domain/session.ts';
import { type TimelineWord } from '../domain/timeline.ts';
import { isoTime, type Timer } from '../kit/clock.ts';
import { SerialQueue } from '../kit/serial-queue.ts';
import { type Connection, type ConnectionListener } from '../ports/connection.ts';
import { newSessionConnected, qrUpdate } from './callback-events.ts';
import { type Arrival } from './inbound.ts';
import { type SendingSession } from './outbound.ts';
import { type SendPace } from './sending/send-pace.ts';
import { type Typing } from './sending/typing.ts';
import { type SessionDeps } from './session-deps.ts';
import { CodePairing, firstCodeState, PAIRS_BY_CODE } from './state/code-pairing.ts';
import { ConnectionManager } from './state/connection-manager.ts';
import { decide, type Decision } from './state/reconnect.ts';
import { retryWhileStorageFails } from './state/retry-while-storage-fails.ts';
import { SessionStateMachine, type LivingState } from './state/state-machine.ts';
import { type SessionState } from './state/states.ts';

/** A line that comes back within this time was never lost for anybody outside (contract 1.1). */
const GRACE_MS = 10_000;
/** How long a restart, and a send while the line is being repaired, wait for the line. */
const PATIENCE_MS = 10_000;
/** So many messages are stored at once at most, so that nobody waits long for them. */
const GATHERED_AT_MOST = 50;

/**
 * One WhatsApp account: its life (what is stored of it, and the state it is in), its line, and what follows from what
 * happens on it. Everything that happens to it happens in turn, one thing after the other.
 */
export class Session implements SendingSession {
  readonly #deps: SessionDeps;
  readonly #machine: SessionStateMachine;
  readonly #code: CodePairing;
  readonly #connections: ConnectionManager;
  readonly #turns = new SerialQueue();
  /** The messages whose turn has not begun, when nothing came after them. */
  #gathered: Arrival[] | undefined;
  #isStopping = false;

  /** A session as it was stored; `resume` or `restart` gives it life. */
  constructor(record: SessionRecord, deps: SessionDeps) {
    this.#deps = deps;
    this.#machine = new SessionStateMachine(record, this.#initialState(record), deps);
    this.#code = new CodePairing({
      ...deps,
      machine: this.#machine,
      inTurn: (what, handle) => this.#inTurn(what, handle),
      isStopping: () => this.#isStopping,
    });
    this.#connections = new ConnectionManager({
      ...deps,
      sessionId: record.sessionId,
      listener: this.#listener(),
      codeFor: () => this.#code.number,
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

  /** Whether it waits to be scanned, or for its code to be typed. */
  get isPairing(): boolean {
    return this.#state.name === 'pairing' || this.#code.stage !== null;
  }

  /** Opens the line of a session that is not over. */
  resume(): void {
    if (this.#code.resume()) return;
    if (this.#state.name !== 'closed' && this.#state.name !== 'failed') this.#connections.open('now');
  }

  /**
   * The code to scan; waits up to `patienceMs` for the next offer.
   * @throws AppError `session_not_pairing`
   */
  async qr(patienceMs: number): Promise<QrCode> {
    await this.#machine.until(() => this.#state.name !== 'pairing' || this.#state.qr !== undefined, patienceMs);
    if (this.#state.name === 'pairing' && this.#state.qr) return this.#state.qr;
    throw new AppError('session_not_pairing', this.#code.stage === null ? {} : PAIRS_BY_CODE);
  }

  /**
   * The code to type; waits up to `patienceMs` for WhatsApp to take one.
   * @throws AppError `session_not_pairing`; `pairing_refused` and `rate_limited` by WhatsApp
   */
  async pairingCode(patienceMs: number): Promise<PairingCode> {
    return this.#code.current(patienceMs);
  }

  /**
   * The line to send by; waits for one that is just being repaired.
   * @throws AppError `session_not_connected`
   */
  async connection(): Promise<Connection> {
    await this.#machine.until(() => !this.#isBeingRepaired(), PATIENCE_MS);
    const connection = this.#connections.connection;
    if (this.#state.name !== 'online' || !connection) throw new AppError('session_not_connected');
    return connection;
  }

  /**
   * Closes the line and opens a new one with the same credentials, then waits a while for it.
   * @throws AppError `session_logged_out` when there are no credentials left; `session_not_connected` while it is paired by a
   *   code, which is worth nothing on another line
   */
  async restart(): Promise<void> {
    if (this.record.phase === 'pairing-by-code') throw new AppError('session_not_connected', PAIRS_BY_CODE);
    if (this.#state.name === 'closed') throw new AppError('session_logged_out');
    await this.#connections.stop();
    await this.#turns.run(() => this.#startAgain('restart_requested'));
    await this.#machine.until(() => this.#isSettled(), PATIENCE_MS);
  }

  /**
   * Ends the session for good: unlinks the device where a line is open, and removes everything but the callbacks that
   * the backend still has to get. `tell` says whether it is told that the session ended.
   * @returns the key of the last callback, when there is one
   */
  async remove(why: string, tell: 'always' | 'if-announced'): Promise<string | undefined> {
    await this.#connections.logout();
    return this.#turns.run(() => this.#leave(why, tell));
  }

  /** WhatsApp said nothing of a message that was sent. */
  giveUp(message: SentMessageRef): void {
    this.#inTurn('a message without an answer', () => this.#deps.outbound.giveUp(message));
  }

  /** Closes the line for the end of the process; the device stays linked, and nobody is told. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#connections.stop();
    await this.#turns.run(() => this.#machine.end());
  }

  #initialState(record: SessionRecord): SessionState {
    const { phase, retryAtMs } = record;
    if (phase === 'pairing') return { name: 'pairing', qr: undefined };
    if (phase === 'pairing-by-code') return firstCodeState(this.#deps.codeFor);
    if (phase === 'online') return { name: 'repairing', timer: this.#startGrace(), why: RESTARTED };
    if (phase === 'failed') return { name: 'failed', timer: this.#comeBackAt(retryAtMs) };
    return { name: phase };
  }

  get #state(): SessionState {
    return this.#machine.state;
  }

  #listener(): ConnectionListener {
    return {
      onQr: (qr) => this.#inTurn('a QR', () => this.#offered(qr)),
      onPairingCode: (code) => this.#inTurn('a pairing code', () => this.#code.offered(code)),
      onPaired: (identity) => this.#inTurn('a scan', () => this.#paired(identity)),
      onOpen: (identity) => this.#inTurn('a login', () => this.#opened(identity)),
      onMessage: (message, key) => this.#arrived({ message, key }),
      onNumbers: (numbers) => this.#inTurn('numbers', () => this.#deps.inbound.numbersKnown(this.record, numbers)),
      onDelivery: (update) => this.#inTurn('a receipt', () => this.#deps.outbound.progress(this.sessionId, update)),
      onRestricted: (untilMs) => this.#inTurn('a restriction', () => this.#restricted(untilMs)),
      onNote: (why) => this.#inTurn('a note', () => this.#machine.note('trouble', why)),
      onClosed: (reason, code) => this.#inTurn('a lost line', () => this.#lost(reason, code)),
    };
  }

  /** Messages that come while others wait for their turn, with nothing else in between, share it. */
  #arrived(arrival: Arrival): void {
    const { inbound } = this.#deps;
    const mayJoin = inbound.mayJoin(arrival);
    if (mayJoin && this.#gathered && this.#gathered.length < GATHERED_AT_MOST) {
      this.#gathered.push(arrival);
      return;
    }
    const arrivals = [arrival];
    this.#inTurn('messages', async () => {
      if (this.#gathered === arrivals) this.#gathered = undefined;
      this.#machine.received(await inbound.receive(this.record, arrivals));
    });
    this.#gathered = mayJoin ? arrivals : undefined;
  }

  /** Handles something that happened, after everything that happened before it, and before anything that comes later. */
  #inTurn(what: string, handle: () => Promise<void>): void {
    this.#gathered = undefined;
    const handled = this.#turns.run(() =>
      retryWhileStorageFails(
        async () => {
          if (this.#state.name !== 'gone') await handle();
        },
        this.#deps.clock,
        () => this.#isStopping,
      ),
    );
    this.#deps.supervisor.run(`${this.#mark} ${what}`, handled);
  }

  async #offered(qr: QrCode): Promise<void> {
    // A code although a device was linked: its credentials are not there any more.
    if (this.record.announced) return this.#close(CREDENTIALS_MISSING);
    this.#connections.forgive();
    const events = [qrUpdate(this.sessionId, qr)];
    await this.#machine.enter({ name: 'pairing', qr }, { events, note: { what: 'qr_offered' } });
    this.#deps.log.info({ sessionId: this.sessionId }, `${this.#mark} === QR GENERADO ===`);
  }

  async #paired(identity: AccountIdentity): Promise<void> {
    await this.#machine.enter({ name: 'linking' }, { record: { identity }, note: { what: 'paired' } });
  }

  async #opened(identity: AccountIdentity): Promise<void> {
    const news = { identity, errorMessage: null, lastSeenMs: this.#deps.clock.now() };
    if (this.record.announced) {
      await this.#machine.enter({ name: 'online' }, { record: news, note: this.#return() });
      return this.#deps.folders.discardVersion3(this.sessionId);
    }
    await this.#deps.announcing(identity.phoneNumber, async (after) => {
      const record = this.#machine.next({ name: 'online' }, { ...news, announced: true });
      const events = [newSessionConnected(record, this.#deps.authDir, after)];
      await this.#machine.enter({ name: 'online' }, { record, events, note: { what: 'connected' } });
    });
  }

  async #restricted(untilMs: number | null): Promise<void> {
    if (untilMs === this.record.restrictedUntilMs) return;
    const note = untilMs === null ? undefined : { what: 'restricted' as const, why: `Until ${isoTime(untilMs)}` };
    await this.#machine.amend({ restrictedUntilMs: untilMs }, note);
  }

  /** How the timeline tells of a login: what had been wrong belongs to it. */
  #return(): { what: TimelineWord; why: string | null } {
    if (this.#state.name === 'repairing') return { what: 'repaired', why: this.#state.why };
    if (this.#state.name === 'lost') return { what: 'repaired', why: this.record.errorMessage };
    return { what: 'connected', why: null };
  }

  async #lost(reason: CloseReason, code: string): Promise<void> {
    this.#deps.metrics.connectionClosed(reason.kind, code);
    if (this.#state.name === 'code-over') return;
    const { inARow: failures, replacements } = this.#connections.disconnects;
    const decision = decide(reason, { linked: !this.isPairing, code: this.#code.stage, failures, replacements });
    this.#deps.log.info({ sessionId: this.sessionId, reason, decision: decision.do }, `${this.#mark} line lost`);
    await this.#apply(decision);
  }

  async #apply(decision: Decision): Promise<void> {
    switch (decision.do) {
      case 'reconnect':
        await this.#endure(decision.message, decision.isPrecaution);
        this.#connections.open(decision.after);
        return;
      case 'start-over':
        await this.#deps.connector.forget(this.sessionId);
        await this.#startOver(decision.message);
        this.#connections.open(decision.after);
        return;
      case 'end':
        return this.#code.end(new AppError(decision.error, decision));
      case 'close':
        return this.#close(decision.message);
      case 'fail':
        return this.#fail(decision.message, decision.retryAfterMs);
    }
  }

  /** What a lost line that is being repaired changes: at first nothing that can be seen. */
  async #endure(why: string | null, isPrecaution = false): Promise<void> {
    const note = { what: 'line_lost' as const, why };
    if (this.#state.name === 'pairing') await this.#machine.enter({ name: 'pairing', qr: undefined });
    if (this.#state.name === 'lost' && why) {
      await this.#machine.enter({ name: 'lost' }, { record: { errorMessage: why }, note });
    }
    if (this.#state.name === 'repairing') await this.#machine.note('line_lost', why);
    if (this.#state.name === 'online') {
      const state = { name: 'repairing' as const, timer: this.#startGrace(), why };
      await this.#machine.enter(state, isPrecaution ? {} : { note });
    }
  }

  #startGrace(): Timer {
    return this.#deps.clock.after(GRACE_MS, () => this.#inTurn('the end of the grace', () => this.#giveUpGrace()));
  }

  async #giveUpGrace(): Promise<void> {
    if (this.#state.name !== 'repairing') return;
    const { why } = this.#state;
    const record = { errorMessage: why, lastSeenMs: this.#deps.clock.now() };
    await this.#machine.enter({ name: 'lost' }, { record, note: { what: 'disconnected', why } });
  }

  /** A temporary ban ends by itself; before that moment nothing of ours may touch the account. */
  #comeBackAt(retryAtMs: number | null): Timer | undefined {
    if (retryAtMs === null) return undefined;
    const { clock } = this.#deps;
    return clock.after(Math.max(0, retryAtMs - clock.now()), () =>
      this.#inTurn('the end of a ban', async () => {
        if (this.#state.name === 'failed') await this.#startAgain('ban_over');
      }),
    );
  }

  async #fail(why: string, retryAfterMs: number | null): Promise<void> {
    const retryAtMs = retryAfterMs === null ? null : this.#deps.clock.now() + retryAfterMs;
    const state = { name: 'failed' as const, timer: this.#comeBackAt(retryAtMs) };
    await this.#deps.outbound.end(this.sessionId);
    await this.#machine.enter(state, { record: { errorMessage: why, retryAtMs }, note: { what: 'failed', why } });
  }

  async #startOver(why: string): Promise<void> {
    const note = { what: 'starting_over' as const, why };
    await this.#machine.enter({ name: 'pairing', qr: undefined }, { record: { identity: null }, note });
  }

  async #startAgain(why: 'restart_requested' | 'ban_over'): Promise<void> {
    if (this.#state.name === 'gone') return;
    this.#connections.forgive();
    await this.#machine.note(why, null);
    if (this.#state.name === 'online') await this.#endure('The session is being restarted');
    if (this.#state.name === 'pairing') await this.#endure(null);
    if (this.#state.name === 'failed') {
      const state: LivingState = this.record.announced ? { name: 'lost' } : { name: 'pairing', qr: undefined };
      await this.#machine.enter(state, { record: { errorMessage: null } });
    }
    this.#connections.open('now');
  }

  /** Also in the moment between the loss of the line and our turn to note it. */
  #isBeingRepaired(): boolean {
    const { name } = this.#state;
    return name === 'repairing' || (name === 'online' && !this.#connections.connection);
  }

  #isSettled(): boolean {
    const state = this.#state;
    return state.name === 'pairing' ? state.qr !== undefined : !['linking', 'repairing', 'lost'].includes(state.name);
  }

  async #close(why: string): Promise<void> {
    await this.#connections.stop();
    await this.#deps.connector.forget(this.sessionId);
    await this.#deps.outbound.end(this.sessionId);
    await this.#machine.enter({ name: 'closed' }, { record: { errorMessage: why }, note: { what: 'closed', why } });
  }

  async #leave(why: string, tell: 'always' | 'if-announced'): Promise<string | undefined> {
    if (this.#state.name === 'gone') return undefined;
    await this.#deps.outbound.end(this.sessionId);
    const last = await this.#machine.leave(why, tell);
    await this.#deps.connector.forget(this.sessionId);
    return last;
  }

  get #mark(): string {
    return `[${this.sessionId}]`;
  }
}

const CREDENTIALS_MISSING = 'The credentials of this session are missing. Connect the account again with a new QR.';
/** Not a word of a lost line: nobody lost one. */
const RESTARTED = 'The server was restarted';
