import type { CloseReason } from '../../domain/close-reason.ts';
import { AppError } from '../../domain/errors.ts';
import type { SessionId } from '../../domain/session-id.ts';
import type { SessionRecord } from '../../domain/session.ts';
import { isUnreachable } from '../../domain/unreachable.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { Connector } from '../../ports/connection.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { Outbound } from '../outbound.ts';
import type { CodePairing } from './code-pairing.ts';
import type { ConnectionManager } from './connection-manager.ts';
import type { PasskeyLinking } from './passkey-linking.ts';
import { decide, type Decision, type Reconnect } from './reconnect.ts';
import type { Change, SessionStateMachine, StoredState } from './state-machine.ts';
import type { StateTimers } from './state-timers.ts';
import type { SessionState } from './states.ts';

type Told = 'unreachable' | 'isPrecaution';

/** Dependencies of a session's {@link Recovery}. */
export interface RecoveryDeps {
  machine: SessionStateMachine;
  connections: ConnectionManager;
  code: CodePairing;
  passkey: Pick<PasskeyLinking, 'ended'>;
  timers: StateTimers;
  connector: Pick<Connector, 'forget'>;
  outbound: Pick<Outbound, 'end'>;
  metrics: Pick<Metrics, 'connectionClosed'>;
  clock: Clock;
  log: Logger;
  /** Hands the device of a session that was just linked to the session which its account has. Returns whether it did. */
  handedOver: () => Promise<boolean>;
}

/**
 * Carries out what follows from a lost connection (`reconnect.ts` decides it): the session is repaired, paired anew,
 * closed or failed. Every method runs in the session's turn.
 */
export class Recovery {
  readonly #deps: RecoveryDeps;

  constructor(deps: RecoveryDeps) {
    this.#deps = deps;
  }

  /** The connection is gone. `code` is the library's, for metrics. */
  async disconnected(reason: CloseReason, code: string): Promise<void> {
    const { metrics, connections, code: pairing, passkey, log } = this.#deps;
    passkey.ended(reason);
    metrics.connectionClosed(reason.kind, code);
    if (this.#state.name === 'code-over') return;
    const { inARow: failures, replacements } = connections.disconnects;
    const linked = this.#state.name !== 'pairing' && this.#state.name !== 'passkey' && pairing.stage === null;
    const decision = decide(reason, { linked, code: pairing.stage, failures, replacements });
    const sessionId = this.#sessionId;
    log.info({ sessionId, reason, decision: decision.do }, `[${sessionId}] connection lost`);
    await this.#apply(decision);
  }

  /**
   * A connection that has been away for the whole grace time is reported as lost, unless the process had closed all of them
   * for some of it: then the time begins anew ({@link pauseOver}).
   */
  async graceOver(pauseChanges: number): Promise<void> {
    const { machine, connections, clock } = this.#deps;
    if (this.#state.name !== 'repairing' || connections.isPaused || connections.pauseChanges !== pauseChanges) return;
    const { why } = this.#state;
    const { unreachable } = machine.record;
    const record = { errorMessage: why, unreachable, lastSeenMs: clock.now() };
    await machine.enter({ name: 'lost' }, { record, note: { what: 'disconnected', why } });
  }

  /** The connection was closed for a while, without a word: the session is repaired, with the whole grace time before it. */
  async pauseOver(): Promise<void> {
    const { machine, timers, connections } = this.#deps;
    const { name } = this.#state;
    if ((name !== 'online' && name !== 'repairing') || connections.connection) return;
    const why = this.#state.name === 'repairing' ? this.#state.why : PAUSED;
    await machine.enter({ name: 'repairing', timer: timers.grace(), why });
  }

  /** A temporary ban has ended. */
  async banOver(): Promise<void> {
    if (this.#state.name === 'failed') await this.startAgain('ban_over');
  }

  /** Opens a new connection with the same credentials, whatever happened before. */
  async startAgain(why: 'restart_requested' | 'ban_over'): Promise<void> {
    const { machine, connections } = this.#deps;
    if (this.#state.name === 'gone') return;
    connections.forgive();
    await machine.note(why, null);
    if (this.#state.name === 'online') await this.#repair({ message: 'The session is restarting' });
    if (this.#state.name === 'pairing' || this.#state.name === 'passkey') await this.#repair({ message: null });
    // What the last connection met may be over.
    if (this.#state.name === 'lost') await machine.enter({ name: 'lost' });
    if (this.#state.name === 'failed') {
      const state: StoredState = machine.record.announced ? { name: 'lost' } : { name: 'pairing', qr: undefined };
      await machine.enter(state, { record: { errorMessage: null } });
    }
    connections.open('now');
  }

  /** The account was linked again in another session, whose device this one takes over. A connected session stays so. */
  async linkedAgain(record: Partial<SessionRecord>, writes: Change['writes']): Promise<void> {
    const { machine, timers } = this.#deps;
    const isConnected = this.#state.name === 'online' || this.#state.name === 'repairing';
    const state: StoredState = isConnected
      ? { name: 'repairing', timer: timers.grace(), why: LINKED_AGAIN }
      : { name: 'linking' };
    const note = { what: 'relinked' as const };
    await machine.enter(state, { record: { ...record, errorMessage: null }, note, writes });
  }

  /** WhatsApp offers a QR although a device was linked. */
  credentialsMissing(): Promise<void> {
    return this.close(CREDENTIALS_MISSING);
  }

  /** The session is over; a new QR is needed. */
  async close(why: string): Promise<void> {
    const { machine, connections, connector, outbound } = this.#deps;
    await connections.stop();
    await connector.forget(this.#sessionId);
    await outbound.end(this.#deps.machine.record);
    await machine.enter({ name: 'closed' }, { record: { errorMessage: why }, note: { what: 'closed', why } });
  }

  async #apply(decision: Decision): Promise<void> {
    const { connections, connector, code } = this.#deps;
    switch (decision.do) {
      case 'reconnect':
        return this.#reconnect(decision);
      case 'start-over':
        await connector.forget(this.#sessionId);
        await this.#pairAnew(decision.message);
        connections.open(decision.after);
        return;
      case 'end':
        return code.end(new AppError(decision.error, decision));
      case 'close':
        return this.close(decision.message);
      case 'fail':
        return this.#fail(decision.message, decision.retryAfterMs);
    }
  }

  async #reconnect(decision: Reconnect): Promise<void> {
    const { connections, code } = this.#deps;
    if (await this.#deps.handedOver()) return;
    const { message, unreachable } = decision;
    // Somebody waits for the code, and learns why there is none.
    if (message !== null && code.stage === 'asked' && isUnreachable(unreachable, connections.disconnects.inARow)) {
      return code.end(new AppError('whatsapp_timeout', { message, reason: unreachable }));
    }
    await this.#repair(decision);
    connections.open(decision.after);
  }

  /** Notes that the connection is being repaired: at first nothing of it is visible outside. */
  async #repair({ message: why, unreachable, isPrecaution = false }: Pick<Reconnect, 'message' | Told>): Promise<void> {
    const { machine, timers } = this.#deps;
    const note = { what: 'line_lost' as const, why };
    await this.#offerAnew({ message: why, unreachable });
    if (this.#state.name === 'lost' && why) {
      await machine.enter({ name: 'lost' }, { record: { errorMessage: why, unreachable }, note });
    }
    // The first reason may be a consequence of the real one, which the next attempt meets.
    if (this.#state.name === 'repairing')
      await machine.enter({ ...this.#state, why: why ?? this.#state.why }, { record: { unreachable }, note });
    if (this.#state.name === 'online') {
      const change = isPrecaution ? {} : { record: { unreachable }, note };
      await machine.enter({ name: 'repairing', timer: timers.grace(), why }, change);
    }
  }

  /** A QR that was shown is worth nothing any more, nor a passkey that was wanted. Whoever waits for a QR learns why there is none. */
  async #offerAnew({ message: why, unreachable }: Pick<Reconnect, 'message' | 'unreachable'>): Promise<void> {
    const { machine } = this.#deps;
    const failed = { what: 'passkey_failed' as const, why: why ?? ANEW };
    const told = unreachable && { errorMessage: why, unreachable };
    const isNews = told && machine.record.errorMessage !== why;
    const { name } = this.#state;
    if (name === 'pairing') {
      const note = { what: 'line_lost' as const, why };
      await machine.enter({ name, qr: undefined }, { ...(told && { record: told }), ...(isNews && { note }) });
    }
    if (name === 'passkey') await machine.enter({ name: 'pairing', qr: undefined }, { note: failed });
  }

  async #pairAnew(why: string): Promise<void> {
    const note = { what: 'starting_over' as const, why };
    const { machine } = this.#deps;
    // A session that is linked again keeps its number.
    const record = machine.record.announced ? {} : { identity: null };
    await machine.enter({ name: 'pairing', qr: undefined }, { record, note });
  }

  async #fail(why: string, retryAfterMs: number | null): Promise<void> {
    const { machine, outbound, timers, clock } = this.#deps;
    const retryAtMs = retryAfterMs === null ? null : clock.now() + retryAfterMs;
    const state = { name: 'failed' as const, timer: timers.banEnd(retryAtMs) };
    await outbound.end(this.#deps.machine.record);
    await machine.enter(state, { record: { errorMessage: why, retryAtMs }, note: { what: 'failed', why } });
  }

  get #state(): SessionState {
    return this.#deps.machine.state;
  }

  get #sessionId(): SessionId {
    return this.#deps.machine.record.sessionId;
  }
}

/** Why a session is repaired that was paused. */
const PAUSED = 'The database was away';
/** Why a passkey is no longer wanted, where the connection did not fail. */
const ANEW = 'The connection on which WhatsApp wanted it was closed.';
/** Why a connected session that was linked again is away for a moment. */
const LINKED_AGAIN = 'The account was linked again; its new device is connecting.';
/** Why a session is closed whose credentials are gone. */
const CREDENTIALS_MISSING = 'The credentials of this session are missing. Connect the account again with a new QR.';
