import { extractMessageContent, type proto } from '@whiskeysockets/baileys';

import type { Account } from '../world/account.ts';
import type { Group } from '../world/group.ts';

/** The properties of a message that votes in it, and changes of it, depend on. */
export interface KnownMessage {
  /** The chat of the message, as this phone sees it. */
  readonly chat: Account | Group;
  readonly creator: Account;
  /** The secret that seals what refers to it, if it has one. */
  readonly secret: Uint8Array | undefined;
  readonly isPoll: boolean;
}

const REMEMBERED_MESSAGES = 1_000;

/** The latest messages that one phone has sent or received, including those sent by its linked devices. */
export class MessageBook {
  readonly #messages = new Map<string, KnownMessage>();

  /** Records a message. */
  note(id: string, message: proto.IMessage, { chat, creator }: Pick<KnownMessage, 'chat' | 'creator'>): void {
    const secret = message.messageContextInfo?.messageSecret ?? undefined;
    this.#messages.set(id, { chat, creator, secret, isPoll: isPoll(message) });
    const [oldest] = this.#messages.keys();
    if (this.#messages.size > REMEMBERED_MESSAGES && oldest !== undefined) this.#messages.delete(oldest);
  }

  /** The message with this id. */
  find(id: string): KnownMessage | undefined {
    return this.#messages.get(id);
  }
}

/** Whether the message is a poll; WhatsApp has several versions of the field. */
function isPoll(message: proto.IMessage): boolean {
  return Object.keys(extractMessageContent(message) ?? {}).some((field) => field.startsWith('pollCreationMessage'));
}
