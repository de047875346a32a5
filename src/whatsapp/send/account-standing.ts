import type { WASocket } from '@whiskeysockets/baileys';
import type { NewChatCap } from '../../domain/new-chat-cap.ts';
import type { Clock } from '../../kit/clock.ts';
import type { TokenBucket } from '../../kit/token-bucket.ts';
import { tapEvents } from '../baileys/event-tap.ts';
import { readNewChatCap } from './new-chat-cap.ts';
import { fetchTimelock } from './timelock.ts';

/** Dependencies of an {@link AccountStanding}. */
export interface AccountStandingDeps {
  socket: WASocket;
  /** How often WhatsApp may be asked by itself, over all connections of the session. */
  questions: TokenBucket;
  /** Resolves when no session logs in: none may have to wait for these questions. */
  loginsOver: () => Promise<void>;
  clock: Clock;
  /** Called with the limit of new chats, whenever WhatsApp says something about it. */
  emit: (cap: NewChatCap | null) => void;
}

/**
 * What WhatsApp says about an account's right to begin conversations: read after a login, when a message was refused, and as it is
 * notified. Nothing waits for the answers, and without one everything stays as it was. Baileys reports a timelock by itself.
 */
export class AccountStanding {
  readonly #deps: AccountStandingDeps;
  /** How often WhatsApp has said it by itself. */
  #notified = 0;

  /** Watches the socket. Call it right after it is made. */
  constructor(deps: AccountStandingDeps) {
    this.#deps = deps;
    tapEvents(deps.socket, {
      'message-capping.update': (payload) => {
        this.#notified += 1;
        this.#read(payload);
      },
      'connection.update': ({ connection }) => {
        if (connection === 'open' && deps.questions.take()) void this.#askBoth();
      },
    });
  }

  /** Asks for the limit of new chats now. Never rejects. */
  async askCap(): Promise<void> {
    const notified = this.#notified;
    try {
      const answer: unknown = await this.#deps.socket.fetchNewChatMessageCap();
      // What was notified meanwhile is newer, although the answer is read after it.
      if (notified === this.#notified) this.#read(answer);
    } catch {
      // WhatsApp does not say it to every account.
    }
  }

  async #askBoth(): Promise<void> {
    const { socket, loginsOver } = this.#deps;
    await loginsOver();
    if (!socket.ws.isOpen) return;
    await fetchTimelock(socket).catch(() => null);
    await this.askCap();
  }

  #read(payload: unknown): void {
    this.#deps.emit(readNewChatCap(payload, this.#deps.clock.now()));
  }
}
