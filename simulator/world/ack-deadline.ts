import type { Mailbox, Unanswered } from './mailbox.ts';

/** How long a client may leave a stanza unanswered, and the clock that measures it. */
export interface AckPatience {
  /** Milliseconds. */
  readonly ms: number;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Runs `task` after `delayMs` milliseconds, unless it is cancelled. */
  readonly after: (delayMs: number, task: () => void) => { cancel(): void };
}

/** Watches over one connection: when something sent over it stays unanswered for too long, `expired` is called once. */
export class AckDeadline {
  readonly #mailbox: Mailbox;
  readonly #patience: AckPatience;
  readonly #expired: (what: Unanswered) => void;
  #timer: { cancel(): void } | undefined;
  #ended = false;

  constructor(mailbox: Mailbox, patience: AckPatience, expired: (what: Unanswered) => void) {
    this.#mailbox = mailbox;
    this.#patience = patience;
    this.#expired = expired;
  }

  /** The present time, in milliseconds since the Unix epoch. */
  now(): number {
    return this.#patience.now();
  }

  /** Call it after something was sent. */
  watch(): void {
    if (this.#timer || this.#ended) return;
    const oldest = this.#mailbox.unanswered;
    if (!oldest) return;
    const leftMs = Math.max(0, oldest.sentAtMs + this.#patience.ms - this.now());
    this.#timer = this.#patience.after(leftMs, () => this.#look());
  }

  /** Stops watching, because the connection has ended. */
  end(): void {
    this.#ended = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #look(): void {
    this.#timer = undefined;
    const oldest = this.#mailbox.unanswered;
    if (!oldest || this.now() - oldest.sentAtMs < this.#patience.ms) {
      this.watch();
      return;
    }
    this.end();
    this.#expired(oldest);
  }
}
