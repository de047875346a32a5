import { extractMessageContent, type proto } from '@whiskeysockets/baileys';

import { type Account } from '../world/account.ts';
import { type Group } from '../world/group.ts';

/** A poll, as far as somebody must know it to vote in it. */
export interface KnownPoll {
  /** Where it was asked, from the side of this phone. */
  readonly chat: Account | Group;
  readonly creator: Account;
  /** What votes in it are sealed with. */
  readonly secret: Uint8Array;
}

const REMEMBERED_POLLS = 1_000;

/** The polls that one phone has sent or received, also those that its linked devices sent. The oldest are forgotten. */
export class PollBook {
  readonly #polls = new Map<string, KnownPoll>();

  /** Writes a message down if it is a poll. */
  note(id: string, message: proto.IMessage, { chat, creator }: Omit<KnownPoll, 'secret'>): void {
    const secret = message.messageContextInfo?.messageSecret;
    if (!secret || !isPoll(message)) return;
    this.#polls.set(id, { chat, creator, secret });
    const [oldest] = this.#polls.keys();
    if (this.#polls.size > REMEMBERED_POLLS && oldest !== undefined) this.#polls.delete(oldest);
  }

  /** The poll with this id. */
  find(id: string): KnownPoll | undefined {
    return this.#polls.get(id);
  }
}

/** Whether the message is a poll; WhatsApp has made it several times over. */
function isPoll(message: proto.IMessage): boolean {
  return Object.keys(extractMessageContent(message) ?? {}).some((field) => field.startsWith('pollCreationMessage'));
}
