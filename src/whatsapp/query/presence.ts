import { type WASocket } from '@whiskeysockets/baileys';
import { type Availability, type TypingState } from '../../domain/chat.ts';
import { type Clock, type Timer } from '../../kit/clock.ts';

/** So long WhatsApp shows that somebody is typing, when it is not told again. */
const TYPING_SHOWN_MS = 25_000;

/** Sends a presence; the JID is that of the conversation for what is shown only there. */
export type TellPresence = (state: Parameters<WASocket['sendPresenceUpdate']>[0], jid?: string) => Promise<void>;

/**
 * How the account is shown to others over one line. WhatsApp shows that somebody is typing only of who is online, and as
 * long as one of the account's devices is online the phone stays silent. So the account is online as long as it types
 * somewhere, or a caller wants it to be, and no longer.
 */
export class Presence {
  readonly #tell: TellPresence;
  readonly #clock: Clock;
  readonly #typing = new Map<string, Timer>();
  #isWanted = false;
  #isOnline = false;

  constructor(tell: TellPresence, clock: Clock) {
    this.#tell = tell;
    this.#clock = clock;
  }

  /** Shows the account as online until it is taken back or the line ends, or no longer, also while it types. */
  async show(availability: Availability): Promise<void> {
    this.#isWanted = availability === 'available';
    if (!this.#isWanted) this.#stopAll();
    await this.#tell(availability);
    this.#isOnline = this.#isWanted;
  }

  /** Shows in one conversation that the account types or records; WhatsApp forgets it after 25 s. */
  async type(jid: string, state: TypingState): Promise<void> {
    this.#typing.get(jid)?.cancel();
    if (state === 'paused') {
      await this.#tell(state, jid);
      await this.#stopped(jid);
      return;
    }
    this.#typing.set(
      jid,
      this.#clock.after(TYPING_SHOWN_MS, () => void this.#stopped(jid).catch(nothing)),
    );
    if (!this.#isOnline) await this.#tell('available');
    this.#isOnline = true;
    await this.#tell(state, jid);
  }

  /** The line is over. */
  end(): void {
    this.#stopAll();
  }

  async #stopped(jid: string): Promise<void> {
    this.#typing.delete(jid);
    if (this.#typing.size > 0 || this.#isWanted || !this.#isOnline) return;
    this.#isOnline = false;
    await this.#tell('unavailable');
  }

  #stopAll(): void {
    for (const timer of this.#typing.values()) timer.cancel();
    this.#typing.clear();
  }
}

/** Nobody waits for it, and a line that cannot be written to ends by itself. */
function nothing(): void {
  // See above.
}
