import { extractMessageContent, type proto } from '@whiskeysockets/baileys';

import { type Account } from '../world/account.ts';
import { type Group } from '../world/group.ts';

/** The properties of a poll that a vote depends on. */
export interface KnownPoll {
  /** The chat of the poll, as this phone sees it. */
  readonly chat: Account | Group;
  readonly creator: Account;
  /** The secret that seals its votes. */
  readonly secret: Uint8Array;
}

const REMEMBERED_POLLS = 1_000;

/** The latest polls that one phone has sent or received, including those sent by its linked devices. */
export class PollBook {
  readonly #polls = new Map<string, KnownPoll>();

  /** Records a message if it is a poll. */
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

/** Whether the message is a poll; WhatsApp has several versions of the field. */
function isPoll(message: proto.IMessage): boolean {
  return Object.keys(extractMessageContent(message) ?? {}).some((field) => field.startsWith('pollCreationMessage'));
}
