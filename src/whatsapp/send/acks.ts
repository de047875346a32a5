import { type BinaryNode } from '@whiskeysockets/baileys';
import { type Clock } from '../../kit/clock.ts';
import { type DeliveryUpdate } from '../../domain/message.ts';

/** WhatsApp's answer to one message; `pending` when there was none in time. */
export type Ack = { status: 'sent' | 'pending' } | { status: 'failed'; errorCode: string };

/**
 * Waits for the server's acknowledgements of messages. Baileys tells nothing of a good one, and of a bad one only
 * later, so the stanzas themselves are read.
 */
export class Acks {
  readonly #waiting = new Map<string, (ack: Ack) => void>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The answer to `messageId`; ask before the message leaves. */
  expect(messageId: string, timeoutMs: number): Promise<Ack> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(timeoutMs, () => this.#settle(messageId, { status: 'pending' }));
      this.#waiting.set(messageId, (ack) => {
        timer.cancel();
        resolve(ack);
      });
    });
  }

  /** Takes an `<ack class="message">`, wakes who waits for it, and gives the news for the rest of us. */
  take(node: BinaryNode): DeliveryUpdate | undefined {
    const { id, error } = node.attrs;
    if (!id) return undefined;
    if (error) {
      this.#settle(id, { status: 'failed', errorCode: error });
      return { messageId: id, status: 'failed', errorCode: error, errorMessage: refusal(error) };
    }
    this.#settle(id, { status: 'sent' });
    return { messageId: id, status: 'sent', errorCode: null, errorMessage: null };
  }

  /** The line is gone: nobody waits longer. */
  release(): void {
    for (const messageId of [...this.#waiting.keys()]) this.#settle(messageId, { status: 'pending' });
  }

  #settle(messageId: string, ack: Ack): void {
    this.#waiting.get(messageId)?.(ack);
    this.#waiting.delete(messageId);
  }
}

/** What WhatsApp's refusal means, as far as it is known (codes: Baileys, `SERVER_ERROR_CODES`). */
function refusal(code: string): string {
  const known: Record<string, string> = {
    '429': 'WhatsApp takes no more messages for now',
    '463': 'WhatsApp restricts this account from starting new conversations',
    '479': 'WhatsApp found the message malformed or its addressing stale',
  };
  return known[code] ?? `WhatsApp refused the message with code ${code}`;
}
