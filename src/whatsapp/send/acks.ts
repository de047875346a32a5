import type { BinaryNode } from '@whiskeysockets/baileys';
import type { DeliveryUpdate } from '../../domain/message.ts';
import { BoundedCache } from '../../kit/bounded-cache.ts';
import type { Clock } from '../../kit/clock.ts';

/** WhatsApp's acknowledgement of one message; `pending` when there was none in time. */
export type Ack = { status: 'sent' | 'pending' } | { status: 'failed'; errorCode: string };

/**
 * Waits for the server's acknowledgements of messages. Baileys reports nothing of a good one, and a bad one only later,
 * so the stanzas themselves are read.
 */
export class Acks {
  readonly #waiting = new Map<string, (ack: Ack) => void>();
  /** The messages of which a change went out under their own id. */
  readonly #changed: BoundedCache<true>;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#changed = new BoundedCache(clock, { max: MAX_CHANGED });
  }

  /** From now on, what is acknowledged under this id is a change of the message: it says nothing of the message itself. */
  changing(messageId: string): void {
    this.#changed.set(messageId, true);
  }

  /** Resolves with the acknowledgement of `messageId`; call it before the message is sent. */
  expect(messageId: string, timeoutMs: number): Promise<Ack> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(timeoutMs, () => this.#settle(messageId, { status: 'pending' }));
      this.#waiting.set(messageId, (ack) => {
        timer.cancel();
        resolve(ack);
      });
    });
  }

  /** Handles an `<ack class="message">`: settles whoever waits for it, and returns the update of the message. */
  take(node: BinaryNode): DeliveryUpdate | undefined {
    const { id, error } = node.attrs;
    if (!id || this.#changed.get(id)) return undefined;
    if (error) {
      this.#settle(id, { status: 'failed', errorCode: error });
      return { messageId: id, status: 'failed', errorCode: error, errorMessage: refusal(error) };
    }
    this.#settle(id, { status: 'sent' });
    return { messageId: id, status: 'sent', errorCode: null, errorMessage: null };
  }

  /** Settles whoever waits for the message: it could not be sent. */
  fail(messageId: string, errorCode: string): void {
    this.#settle(messageId, { status: 'failed', errorCode });
  }

  /** Settles everything that still waits, as `pending`. Call it when the connection is over. */
  release(): void {
    for (const messageId of [...this.#waiting.keys()]) this.#settle(messageId, { status: 'pending' });
  }

  #settle(messageId: string, ack: Ack): void {
    this.#waiting.get(messageId)?.(ack);
    this.#waiting.delete(messageId);
  }
}

/** On one connection; WhatsApp answers within seconds. */
const MAX_CHANGED = 1_000;

const REFUSALS: ReadonlyMap<string, string> = new Map([
  ['429', 'WhatsApp accepts no more messages for now'],
  ['463', 'WhatsApp restricts this account from starting new conversations'],
  ['479', 'WhatsApp found the message malformed or its addressing stale'],
]);

/** What WhatsApp's refusal means, as far as it is known (codes: Baileys, `SERVER_ERROR_CODES`). */
function refusal(code: string): string {
  return REFUSALS.get(code) ?? `WhatsApp refused the message with code ${code}`;
}
