import type { Clock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { Supervisor } from '../../kit/supervisor.ts';
import type { PhoneNumber } from '../../domain/address.ts';
import { AppError, type ErrorCode, SessionLostError } from '../../domain/errors.ts';
import type { PairingCode } from '../../domain/session.ts';
import { retryWhileStorageFails } from './retry-while-storage-fails.ts';
import type { SessionStateMachine } from './state-machine.ts';
import type { Turns } from '../turns.ts';
import type { SessionState } from './states.ts';

/** A code that is typed at the last moment still links: WhatsApp's own page allows it this much longer, too. */
const GRACE_MS = 15_000;

/** The refusal of requests that such a session cannot serve. */
export const PAIRS_BY_CODE = {
  message:
    'This session is waiting for its pairing code to be entered; GET /sessions/:sessionId/pairing-code returns it.',
};

/** The refusal of requests for a code while WhatsApp wants a passkey. */
export const WANTS_PASSKEY = {
  message: 'WhatsApp wants a passkey to link this device; GET /sessions/:sessionId/passkey returns the request.',
};

/** Dependencies of a session's {@link CodePairing}. */
export interface CodePairingDeps {
  machine: SessionStateMachine;
  clock: Clock;
  supervisor: Supervisor;
  log: Logger;
  turns: Pick<Turns, 'add' | 'isStopping'>;
  /** Removes the session, which no device was linked to, or closes it again. */
  over: (why: string) => Promise<unknown>;
}

/** Why there is no pairing code, although WhatsApp has refused none: the session has ended, or has left. */
const NO_REFUSALS: ReadonlySet<ErrorCode> = new Set(['session_not_pairing', new SessionLostError().code]);

/** What whoever asked for a code is told when {@link CodePairing.current} has failed. */
export function codeFailure(cause: unknown): AppError {
  const isRefusal = cause instanceof AppError && !NO_REFUSALS.has(cause.code);
  return isRefusal ? cause : new AppError('whatsapp_timeout', { cause });
}

/** The state in which a session that pairs by code begins; one that was stored has lost its code. */
export function firstCodeState(codeFor: PhoneNumber | undefined): SessionState {
  if (codeFor !== undefined) return { name: 'asking-for-code', number: codeFor };
  return { name: 'code-over', why: new AppError('session_not_pairing', { message: LOST }) };
}

/** The pairing code of one session: requested, shown for a while, and then typed or expired. */
export class CodePairing {
  readonly #deps: CodePairingDeps;

  constructor(deps: CodePairingDeps) {
    this.#deps = deps;
  }

  /** How far the pairing is; `null` for a session that does not pair by code, or no longer. */
  get stage(): 'asked' | 'shown' | null {
    if (this.#state.name === 'asking-for-code') return 'asked';
    const isTyped = this.#state.name === 'passkey' && this.#state.by === 'code';
    return this.#state.name === 'showing-code' || isTyped ? 'shown' : null;
  }

  /** The number that a code is requested for, while it is. */
  get number(): PhoneNumber | undefined {
    return this.#state.name === 'asking-for-code' ? this.#state.number : undefined;
  }

  /**
   * The code to type; waits up to `patienceMs` for WhatsApp to accept one.
   * @throws AppError `session_not_pairing`; `pairing_refused` and `rate_limited` by WhatsApp
   */
  async current(patienceMs: number): Promise<PairingCode> {
    await this.#deps.machine.until(() => this.stage !== 'asked', patienceMs);
    if (this.#state.name === 'showing-code') return this.#state.code;
    if (this.#state.name === 'code-over') throw this.#state.why;
    throw new AppError('session_not_pairing', this.#state.name === 'passkey' ? WANTS_PASSKEY : { message: NO_CODE });
  }

  /** WhatsApp accepted the code. */
  async offered(code: PairingCode): Promise<void> {
    const { clock, turns, machine, log } = this.#deps;
    const { sessionId } = machine.record;
    const leftMs = code.expiresAtMs + GRACE_MS - clock.now();
    const timer = clock.after(leftMs, () => turns.add('pairing code expiry', () => this.#expired()));
    await machine.enter({ name: 'showing-code', code, timer }, { note: { what: 'code_offered' } });
    log.info({ sessionId }, `[${sessionId}] pairing code ready to enter`);
  }

  /** No device was linked. Whoever waits for the code learns why and removes the session; if nobody does, it is removed here. */
  async end(why: AppError): Promise<void> {
    const { stage } = this;
    await this.#deps.machine.enter({ name: 'code-over', why });
    if (stage !== 'asked') this.#letGo(why);
  }

  /** Removes a session of an earlier process, whose code ended with it. Returns whether it is one. */
  resume(): boolean {
    if (this.#state.name !== 'code-over') return false;
    this.#letGo(this.#state.why);
    return true;
  }

  async #expired(): Promise<void> {
    if (this.#state.name === 'showing-code') await this.end(new AppError('session_not_pairing', { message: EXPIRED }));
  }

  #letGo({ message }: AppError): void {
    const { supervisor, over, clock, turns, machine } = this.#deps;
    const remove = async () => {
      await over(message);
    };
    supervisor.run(
      `[${machine.record.sessionId}] end of pairing by code`,
      retryWhileStorageFails(remove, clock, () => turns.isStopping),
    );
  }

  get #state(): SessionState {
    return this.#deps.machine.state;
  }
}

const NO_CODE = 'This session has no pairing code right now.';
const LOST = 'The server restarted before the pairing code was entered. Request a new code.';
const EXPIRED = 'The pairing code was not entered in time. Request a new code.';
