import type { CloseReason } from '../../domain/close-reason.ts';
import { AppError } from '../../domain/errors.ts';
import type { Passkey, PasskeyAssertion, PasskeyStage } from '../../domain/passkey.ts';
import type { TimelineWord } from '../../domain/timeline.ts';
import type { Logger } from '../../kit/logger.ts';
import type { PasskeyActions } from '../../ports/connection.ts';
import type { ConnectionManager } from './connection-manager.ts';
import type { SessionStateMachine } from './state-machine.ts';
import type { SessionState } from './states.ts';

/** How long a step that WhatsApp has accepted may wait for its turn. */
const TURN_LIMIT_MS = 5_000;
/** Longer than any passkey may take. */
const LONGEST_MS = 1_200_000;

const NOTES: Readonly<Record<PasskeyStage, TimelineWord>> = {
  wanted: 'passkey_wanted',
  answered: 'passkey_answered',
  confirming: 'passkey_code',
  confirmed: 'passkey_confirmed',
};

/** Dependencies of a session's {@link PasskeyLinking}. */
export interface PasskeyLinkingDeps {
  machine: SessionStateMachine;
  connections: Pick<ConnectionManager, 'connection'>;
  log: Logger;
}

/**
 * The passkey that WhatsApp may want before it links a session's device. A person answers the challenge and compares the code;
 * nothing here does either.
 */
export class PasskeyLinking {
  readonly #deps: PasskeyLinkingDeps;
  /** Whether the last one ended because nobody completed it in time. */
  #isLate = false;

  constructor(deps: PasskeyLinkingDeps) {
    this.#deps = deps;
  }

  /** WhatsApp wants a passkey, or the pairing is a step further. Runs in the session's turn. */
  async stepped(passkey: Passkey): Promise<void> {
    const { machine, log } = this.#deps;
    const by = wayOf(this.#state);
    if (by === undefined) return;
    const { sessionId } = machine.record;
    this.#isLate = false;
    await machine.enter({ name: 'passkey', by, passkey }, { note: { what: NOTES[passkey.stage] } });
    log.info({ sessionId, stage: passkey.stage }, `[${sessionId}] linking with a passkey`);
  }

  /** The connection is gone, and the pairing with it. Runs in the session's turn. */
  ended(reason: CloseReason): void {
    if (this.#state.name === 'passkey') this.#isLate = reason.kind === 'passkey-failed' && reason.isLate;
  }

  /** Resolves when no passkey is wanted, or no longer. */
  async over(): Promise<void> {
    await this.#deps.machine.until(() => this.#state.name !== 'passkey', LONGEST_MS);
  }

  /**
   * The passkey that WhatsApp wants.
   * @throws AppError `passkey_not_wanted`; `passkey_expired` until it wants another one
   */
  current(): Passkey {
    if (this.#state.name === 'passkey') return this.#state.passkey;
    throw new AppError(this.#isLate ? 'passkey_expired' : 'passkey_not_wanted');
  }

  /**
   * Passes the signed challenge to WhatsApp.
   * @throws AppError those of {@link current} and of {@link PasskeyActions.answer}
   */
  async answer(assertion: PasskeyAssertion): Promise<void> {
    await this.#step('wanted', (passkey) => passkey.answer(assertion));
  }

  /**
   * A person has compared the codes. If they differ, the pairing ends.
   * @throws AppError those of {@link current} and of {@link PasskeyActions.confirm}
   */
  async compared(areSame: boolean): Promise<void> {
    await this.#step('confirming', async (passkey) => (areSame ? passkey.confirm() : passkey.refuse()));
  }

  /** Takes a step from this stage; resolves once the session shows that it was taken. */
  async #step(from: PasskeyStage, take: (passkey: PasskeyActions) => Promise<void>): Promise<void> {
    const { machine, connections } = this.#deps;
    const { connection } = connections;
    if (this.current().stage !== from || !connection) throw new AppError('passkey_not_wanted');
    try {
      await take(connection.passkey);
    } catch (error) {
      const isLost = error instanceof AppError && error.code === 'session_not_connected';
      throw isLost ? new AppError('passkey_not_wanted', { cause: error }) : error;
    }
    const isTaken = () => this.#state.name !== 'passkey' || this.#state.passkey.stage !== from;
    await machine.until(isTaken, TURN_LIMIT_MS);
  }

  get #state(): SessionState {
    return this.#deps.machine.state;
  }
}

/** How the device is linked; undefined when no pairing goes on. */
function wayOf(state: SessionState): 'qr' | 'code' | undefined {
  if (state.name === 'passkey') return state.by;
  if (state.name === 'pairing') return 'qr';
  return state.name === 'showing-code' ? 'code' : undefined;
}
