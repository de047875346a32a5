import type { proto } from '@whiskeysockets/baileys';

import type { Account } from '../world/account.ts';
import type { ChatTimer } from '../world/chat-timer.ts';
import { Group } from '../world/group.ts';
import { isByDefault, timed, timerIn } from './timed-message.ts';

/** What one phone knows of the disappearing timers of its chats; a group has its own. */
export class TimerBook {
  readonly #account: Account;
  /** The chats with one person, and their timers; a chat without one is known all the same. */
  readonly #chats = new Map<Account, ChatTimer | undefined>();

  constructor(account: Account) {
    this.#account = account;
  }

  /** The timer of a chat; undefined when it never had one. */
  of(chat: Account | Group): ChatTimer | undefined {
    return chat instanceof Group ? chat.timer : this.#chats.get(chat);
  }

  set(chat: Account, timer: ChatTimer): void {
    this.#chats.set(chat, timer);
  }

  /** The message as this phone sends it to the chat. The first one in a new chat begins with the account's default timer. */
  timed(chat: Account | Group, message: proto.IMessage): proto.IMessage {
    const { defaultTimer } = this.#account;
    if (!(chat instanceof Group) && !this.#chats.has(chat)) this.#chats.set(chat, defaultTimer);
    const timer = this.of(chat);
    return timer ? timed(message, timer) : message;
  }

  /** Takes over the timer that a message of a chat names, from whoever; the one that was set last holds. */
  note(chat: Account | Group, message: proto.IMessage, sentAt: number): void {
    if (chat instanceof Group) return;
    const [known, named] = [this.#chats.get(chat), timerIn(message, sentAt)];
    const isNewer = named !== undefined && named.setAt >= (known?.setAt ?? 0);
    const origin = isByDefault(message) ? 'other-default' : 'chat';
    this.#chats.set(chat, isNewer ? { ...named, origin } : known);
  }
}
