import { node } from '../kit/stanza.ts';
import type { Account } from '../world/account.ts';
import { showChatState } from '../world/chat-state.ts';
import type { Group } from '../world/group.ts';
import type { PresenceLog, ShownPresence } from '../world/presence-log.ts';

/** How one phone is shown to others: online or not, and what its owner does in a chat. */
export class PhonePresence {
  readonly #presences: PresenceLog;
  readonly #account: Account;
  readonly #chat: (to: string) => Account | Group;

  /** @param chat the person or group with this number or JID; throws a RangeError when there is none */
  constructor(presences: PresenceLog, account: Account, chat: (to: string) => Account | Group) {
    this.#presences = presences;
    this.#account = account;
    this.#chat = chat;
  }

  goOnline(): void {
    this.#presences.note({ of: this.#account, state: 'available' });
  }

  goOffline(): void {
    this.#presences.note({ of: this.#account, state: 'unavailable' });
  }

  /** Shows in a chat that its owner types or records, or no longer. */
  show(
    to: string | { readonly jid: string },
    state: Extract<ShownPresence, 'composing' | 'recording' | 'paused'>,
  ): void {
    const chat = this.#chat(typeof to === 'string' ? to : to.jid);
    const shown =
      state === 'recording' ? node('composing', { media: 'audio' }) : node(state === 'paused' ? 'paused' : 'composing');
    this.#presences.note({ of: this.#account, state, chat });
    showChatState({ from: this.#account.phone, chat, addressing: 'lid', content: [shown] });
  }
}
