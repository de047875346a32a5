import type { WAMessageKey } from '@whiskeysockets/baileys';
import type { Recipient } from '../../domain/address.ts';
import type { Availability, MarkedRead, PastReference, TypingState } from '../../domain/chat.ts';
import { AppError } from '../../domain/errors.ts';
import type { Clock } from '../../kit/clock.ts';
import type { ChatActions } from '../../ports/connection-actions.ts';
import type { RecipientLookup } from '../addressing/recipient-lookup.ts';
import type { WireAddresses } from '../addressing/wire-address.ts';
import type { KnownMessages } from '../receive/known-messages.ts';
import { Presence, type SendPresence } from './presence.ts';
import type { Queries } from './queries.ts';

/** Dependencies of {@link BaileysChats}. */
export interface ChatsDeps {
  queries: Queries;
  knownMessages: KnownMessages;
  lookup: RecipientLookup;
  addresses: WireAddresses;
  clock: Clock;
}

/** Conversations, over one connection. */
export class BaileysChats implements ChatActions {
  readonly #deps: ChatsDeps;
  readonly #presence: Presence;

  constructor(deps: ChatsDeps) {
    this.#deps = deps;
    this.#presence = new Presence((state, jid) => this.#send(state, jid), deps.clock);
  }

  async markRead(messageIds: readonly string[]): Promise<MarkedRead> {
    const found = await Promise.all(messageIds.map((id) => this.#received(id)));
    const keys = found.filter((key) => key !== undefined);
    if (keys.length === 0) throw new AppError('message_not_found');
    await this.#deps.queries.ask((socket) => socket.readMessages(keys));
    const read = new Set(keys.map(({ id }) => id));
    return { read: messageIds.filter((id) => read.has(id)), unknown: messageIds.filter((id) => !read.has(id)) };
  }

  show(availability: Availability): Promise<void> {
    return this.#presence.show(availability);
  }

  async type(to: Recipient, state: TypingState): Promise<void> {
    const { queries, lookup, addresses } = this.#deps;
    const jid = await queries.ask(async (socket) => addresses.of(socket, await lookup.find(socket, to)));
    await this.#presence.type(jid, state);
  }

  async askForOlder(chat: Recipient, { messageId: id, sentAtMs, fromMe }: PastReference, count: number): Promise<void> {
    const { queries, lookup, addresses } = this.#deps;
    await queries.ask(async (socket) => {
      const remoteJid = await addresses.of(socket, await lookup.find(socket, chat));
      await socket.fetchMessageHistory(count, { remoteJid, id, fromMe }, sentAtMs);
    });
  }

  /** Stops every timer. Call it when the connection is over. */
  end(): void {
    this.#presence.end();
  }

  /** Our own messages need no read receipt. */
  async #received(messageId: string): Promise<WAMessageKey | undefined> {
    const message = await this.#deps.knownMessages.find(messageId);
    return message?.key.fromMe === true ? undefined : message?.key;
  }

  async #send(...[state, jid]: Parameters<SendPresence>): Promise<void> {
    await this.#deps.queries.ask(async (socket) => {
      // Without a name Baileys would send nothing, silently.
      if (!socket.authState.creds.me?.name) throw new AppError('not_allowed', { message: NO_NAME });
      await socket.sendPresenceUpdate(state, jid);
    });
  }
}

const NO_NAME = 'WhatsApp has not sent the name of this account yet, and shows no account as online without one.';
