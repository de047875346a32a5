import type { WASocket } from '@whiskeysockets/baileys';
import type { Availability, TypingState } from '../../domain/chat.ts';
import type { Clock, Timer } from '../../kit/clock.ts';

/** How long WhatsApp shows somebody as typing, unless it is sent again. */
const TYPING_SHOWN_MS = 25_000;

/** Sends a presence; `jid` is the conversation, for a state that shows only there. */
export type SendPresence = (state: Parameters<WASocket['sendPresenceUpdate']>[0], jid?: string) => Promise<void>;

/**
 * How the account is shown to others over one connection. WhatsApp shows typing only for accounts that are online, and
 * while one of the account's devices is online, the phone stays silent. So the account is online only while it types
 * somewhere, or while a caller wants it to be.
 */
export class Presence {
  readonly #send: SendPresence;
  readonly #clock: Clock;
  readonly #typing = new Map<string, Timer>();
  #isWanted = false;
  #isOnline = false;

  constructor(send: SendPresence, clock: Clock) {
    this.#send = send;
    this.#clock = clock;
  }

  /** Shows the account as online until it is taken back or the connection ends; or as offline, also while it types. */
  async show(availability: Availability): Promise<void> {
    this.#isWanted = availability === 'available';
    if (!this.#isWanted) this.#stopAll();
    await this.#send(availability);
    this.#isOnline = this.#isWanted;
  }

  /** Shows in one conversation that the account types or records; WhatsApp drops it after 25 s. */
  async type(jid: string, state: TypingState): Promise<void> {
    this.#typing.get(jid)?.cancel();
    if (state === 'paused') {
      await this.#send(state, jid);
      await this.#stopped(jid);
      return;
    }
    this.#typing.set(
      jid,
      this.#clock.after(TYPING_SHOWN_MS, () => void this.#stopped(jid).catch(nothing)),
    );
    if (!this.#isOnline) await this.#send('available');
    this.#isOnline = true;
    await this.#send(state, jid);
  }

  /** Stops every timer. Call it when the connection is over. */
  end(): void {
    this.#stopAll();
  }

  async #stopped(jid: string): Promise<void> {
    this.#typing.delete(jid);
    if (this.#typing.size > 0 || this.#isWanted || !this.#isOnline) return;
    this.#isOnline = false;
    await this.#send('unavailable');
  }

  #stopAll(): void {
    for (const timer of this.#typing.values()) timer.cancel();
    this.#typing.clear();
  }
}

/** Nobody waits for this, and a connection that cannot be written to ends by itself. */
function nothing(): void {
  // See above.
}
