import { AppError, SessionLostError } from '../../domain/errors.ts';
import type { PhoneNumber } from '../../domain/address.ts';
import { NO_PROFILE, type SessionProfile } from '../../domain/session-profile.ts';
import { bounded } from '../../kit/bounded.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Secret } from '../../kit/secret.ts';
import type { Turns } from '../turns.ts';
import { type CodePairing, PAIRS_BY_CODE } from './code-pairing.ts';
import type { ConnectionManager } from './connection-manager.ts';
import type { Recovery } from './recovery.ts';
import type { SessionStateMachine, StoredState } from './state-machine.ts';
import type { SessionState } from './states.ts';

/** How long a stop waits for the sends under way, and a start for the connection. */
const PATIENCE_MS = 10_000;

/** What a person changes of a session. What is missing stays. */
export interface SessionChanges {
  profile: Partial<SessionProfile>;
  /** The URL of its proxy; `null` for none. */
  proxy?: Secret | null | undefined;
}

/** Dependencies of a session's {@link SessionControl}. */
export interface SessionControlDeps {
  machine: SessionStateMachine;
  connections: ConnectionManager;
  recovery: Recovery;
  code: Pick<CodePairing, 'stage'>;
  turns: Pick<Turns, 'run'>;
  clock: Clock;
  /** Settles when the sends under way are answered. */
  sends: () => Promise<unknown>;
  /** Opens the connection of a session that is not over. */
  resume: () => void;
  /** Whether the connection need not be waited for any more. */
  isSettled: () => boolean;
  /** @throws SessionLostError when the session leaves this process */
  checkStays: () => void;
}

/** The states in which a device is linked. */
const LINKED: ReadonlySet<SessionState['name']> = new Set(['linking', 'online', 'repairing', 'lost', 'failed']);
/** The states whose connection may be replaced at any time. */
const REPLACEABLE: ReadonlySet<SessionState['name']> = new Set(['pairing', 'linking', 'online', 'repairing', 'lost']);

/** The states in which no device is linked, and none is about to be. */
const UNLINKED: ReadonlySet<SessionState['name']> = new Set([
  'pairing',
  'asking-for-code',
  'showing-code',
  'code-over',
] as const);

const STOPPED = 'Stopped on request; the device stays linked. POST /sessions/:sessionId/start starts it.';

/** What a person asks of a session: to stop and to start, to be linked again, and to have another name, proxy and so on. */
export class SessionControl {
  readonly #deps: SessionControlDeps;

  constructor(deps: SessionControlDeps) {
    this.#deps = deps;
  }

  /**
   * Closes the connection until somebody starts it; the device stays linked. The sends under way are answered first.
   * @throws AppError `session_not_connected` when no device is linked; SessionLostError
   */
  async stop(): Promise<void> {
    const { machine, connections, turns, clock, sends } = this.#deps;
    if (LINKED.has(this.#state.name)) await bounded(sends(), PATIENCE_MS, clock);
    await turns.run(async () => {
      if (this.#state.name === 'stopped') return;
      this.#require(LINKED.has(this.#state.name), 'session_not_connected', NOT_LINKED);
      await machine.enter({ name: 'stopped' }, { record: { errorMessage: STOPPED }, note: { what: 'stopped' } });
      await connections.stop();
    });
  }

  /**
   * Connects a session that was stopped, and waits a while for it; nothing happens to any other.
   * @throws AppError `session_logged_out`; SessionLostError
   */
  async start(): Promise<void> {
    const { machine, connections, turns, resume, isSettled, checkStays } = this.#deps;
    await turns.run(async () => {
      this.#require(this.#state.name !== 'closed', 'session_logged_out');
      if (this.#state.name !== 'stopped') return;
      connections.forgive();
      const name = machine.record.announced ? 'lost' : 'linking';
      await machine.enter({ name }, { record: { errorMessage: null }, note: { what: 'started' } });
      resume();
    });
    await machine.until(isSettled, PATIENCE_MS);
    checkStays();
  }

  /**
   * Closes the connection and opens a new one with the same credentials, then waits a while for it.
   * @throws AppError `session_logged_out` when there are no credentials left; `session_not_connected` while it pairs by a
   *   code, which no other connection can use; `session_stopped`; SessionLostError
   */
  async restart(): Promise<void> {
    const { machine, connections, recovery, turns, isSettled, checkStays } = this.#deps;
    if (machine.record.phase === 'pairing-by-code') throw new AppError('session_not_connected', PAIRS_BY_CODE);
    if (this.#state.name === 'closed') throw new AppError('session_logged_out');
    if (this.#state.name === 'stopped') throw new AppError('session_stopped');
    await connections.stop();
    await turns.run(() => recovery.startAgain('restart_requested'));
    await machine.until(isSettled, PATIENCE_MS);
    checkStays();
  }

  /**
   * Offers a QR by which the account of a session that was logged out is linked to it again, or asks for a code for its number. What is
   * offered already stays, but a QR gives way to a code.
   * @throws AppError `session_linked`; `session_not_pairing` for a QR while a code is shown; SessionLostError
   */
  async relink(codeFor?: PhoneNumber): Promise<void> {
    const { machine, connections, turns, code } = this.#deps;
    await turns.run(async () => {
      const { name } = this.#state;
      if (code.stage !== null && codeFor === undefined) throw new AppError('session_not_pairing', PAIRS_BY_CODE);
      if (code.stage !== null || (name === 'pairing' && codeFor === undefined)) return;
      this.#require(name === 'closed' || UNLINKED.has(name), 'session_linked');
      if (name !== 'closed') await connections.stop();
      connections.forgive();
      const note = { what: 'relink_requested' as const };
      await machine.enter(offerOf(codeFor), { record: { errorMessage: null }, note });
      connections.open('now');
    });
  }

  /** Nobody has used what {@link relink} offered: the session is over again. With `if-over`, only if its code is worth nothing any more. */
  async endRelink(why: string, when: 'always' | 'if-over' = 'always'): Promise<void> {
    await this.#deps.turns.run(async () => {
      const { name } = this.#state;
      if (when === 'always' ? UNLINKED.has(name) : name === 'code-over') await this.#deps.recovery.close(why);
    });
  }

  /** Changes what is said of it. Another proxy is used at once, on a new connection. @throws SessionLostError */
  async change({ profile: changes, proxy }: SessionChanges): Promise<void> {
    const { machine, turns, clock } = this.#deps;
    await turns.run(async () => {
      this.#require(true, 'session_linked');
      const profile = { ...(machine.record.profile ?? NO_PROFILE), ...changes };
      await machine.amend({ profile, updatedAtMs: clock.now() }, undefined, { profile, proxy });
      if (proxy !== undefined && REPLACEABLE.has(this.#state.name)) await this.#reconnect();
    });
  }

  async #reconnect(): Promise<void> {
    const { connections, recovery } = this.#deps;
    await connections.stop();
    await recovery.startAgain('restart_requested');
  }

  /** A session that is gone is with another process, or removed: whoever asks again learns which. */
  #require(fact: boolean, code: 'session_linked' | 'session_logged_out' | 'session_not_connected', message?: string) {
    if (this.#state.name === 'gone') throw new SessionLostError();
    if (!fact) throw new AppError(code, message === undefined ? {} : { message });
  }

  get #state(): SessionState {
    return this.#deps.machine.state;
  }
}

function offerOf(codeFor: PhoneNumber | undefined): StoredState {
  return codeFor === undefined ? { name: 'pairing', qr: undefined } : { name: 'asking-for-code', number: codeFor };
}

const NOT_LINKED = 'No device is linked to this session, so there is nothing to stop; DELETE removes it.';
