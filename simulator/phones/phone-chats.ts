import { randomUUID } from 'node:crypto';
import type { proto } from '@whiskeysockets/baileys';

import { node } from '../kit/stanza.ts';
import type { Account } from '../world/account.ts';
import type { ChatTimer } from '../world/chat-timer.ts';
import { Group } from '../world/group.ts';
import type { PhoneDeps } from './phone-deps.ts';
import { timerMessage } from './timed-message.ts';

/** What {@link PhoneChats} does with the phone that it belongs to. */
export interface OwnPhone {
  /** The person or group with this number or JID. Throws a RangeError when there is none. */
  readonly chat: (to: string) => Account | Group;
  /** Sends a message; resolves with its id. */
  readonly send: (to: string, message: proto.IMessage) => Promise<string>;
}

const MAX_SECONDS = 2 ** 32 - 1;

/** The disappearing timers of one phone's chats. */
export class PhoneChats {
  readonly #deps: PhoneDeps;
  readonly #phone: OwnPhone;

  constructor(deps: PhoneDeps, phone: OwnPhone) {
    this.#deps = deps;
    this.#phone = phone;
  }

  /**
   * Sets the timer of a chat; 0 turns it off. Resolves with the id of the message, or of the group's notification, that tells
   * the others. Rejects with a GroupError when the group does not permit it.
   */
  async setTimer(to: string | { readonly jid: string }, seconds: number): Promise<string> {
    const { world, account, timers } = this.#deps;
    const chat = this.#phone.chat(addressOf(to));
    const timer = this.#timer(seconds, 'chat');
    if (chat instanceof Group) return world.groups.setTimer(chat, account, timer.seconds);
    timers.set(chat, timer);
    return this.#phone.send(chat.jid('lid'), timerMessage(timer));
  }

  /**
   * Sets the timer that new chats begin with; 0 is none. The own linked devices are notified, and those of everybody else; the
   * real server notifies only those who know the account.
   */
  setDefaultTimer(seconds: number): void {
    const { world, account } = this.#deps;
    const timer = this.#timer(seconds, 'own-default');
    account.defaultTimer = seconds === 0 ? undefined : timer;
    const t = String(timer.setAt);
    const change = [node('disappearing_mode', { duration: String(seconds), t })];
    for (const device of world.directory.linkedDevices()) {
      const type = device.owner === account ? 'account_sync' : 'disappearing_mode';
      const attrs = { id: randomUUID(), type, from: account.jid(world.addressing), t };
      device.deliver(node('notification', attrs, change));
    }
    world.changes.announce();
  }

  /** The timer of a chat in seconds, as this phone knows it; 0 when it is off, or never was on. */
  timerOf(to: string | { readonly jid: string }): number {
    return this.#deps.timers.of(this.#phone.chat(addressOf(to)))?.seconds ?? 0;
  }

  #timer(seconds: number, origin: ChatTimer['origin']): ChatTimer {
    if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAX_SECONDS) {
      throw new RangeError(`${seconds} is not a whole number of seconds.`);
    }
    return { seconds, setAt: Math.floor(this.#deps.world.now() / 1000), origin };
  }
}

function addressOf(to: string | { readonly jid: string }): string {
  return typeof to === 'string' ? to : to.jid;
}
