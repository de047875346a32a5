import type { proto } from '@whiskeysockets/baileys';

import { Group } from '../world/group.ts';
import { type Answer, answerMessage, type EditForm, editMessage } from './message-changes.ts';
import type { Reference } from './message-seal.ts';
import type { PhoneDeps } from './phone-deps.ts';
import type { SendOptions } from './phone-sender.ts';
import { type Choice, newOptionMessage, voteMessage } from './poll-messages.ts';

/** Options of sending what is sealed with another message's secret. */
export type SealedOptions = SendOptions & Partial<Pick<Reference, 'senderAs' | 'authorAs'>>;

/** Options of sending a vote. */
export type VoteOptions = SealedOptions & Partial<Pick<Choice, 'votedAtMs'>>;

/** Options of sending an edit. */
export type EditOptions = SealedOptions & { form?: EditForm };

/** Sends a message; resolves with its id. */
type Send = (to: string, message: proto.IMessage, options: SendOptions) => Promise<string>;

/** What a phone sends about earlier messages, to their chats. */
export class PhoneReferences {
  readonly #deps: PhoneDeps;
  readonly #send: Send;

  constructor(deps: PhoneDeps, send: Send) {
    this.#deps = deps;
    this.#send = send;
  }

  /** See Phone.vote. */
  async vote(pollId: string, options: readonly string[], how: VoteOptions): Promise<string> {
    const poll = await this.#poll(pollId, how);
    const choice = { options, votedAtMs: how.votedAtMs ?? this.#deps.world.now() };
    return this.#sendAbout(poll, voteMessage(poll, choice), how);
  }

  /** See Phone.addOption. */
  async addOption(pollId: string, option: string, how: SealedOptions): Promise<string> {
    const poll = await this.#poll(pollId, how);
    return this.#sendAbout(poll, newOptionMessage(poll, option), how);
  }

  /** See Phone.edit. */
  async edit(messageId: string, text: string, how: EditOptions): Promise<string> {
    const original = await this.#known(messageId, how);
    const { form = original.message.secret ? 'sealed' : 'plain' } = how;
    const message = editMessage(original, { conversation: text }, { form, editedAtMs: this.#deps.world.now() });
    return this.#sendAbout(original, message, { ...how, attrs: { edit: '1' } });
  }

  /** See Phone.answer. */
  async answer(messageId: string, answer: Answer, how: SealedOptions): Promise<string> {
    const original = await this.#known(messageId, how);
    return this.#sendAbout(original, answerMessage(original, answer, this.#deps.world.now()), how);
  }

  async #poll(pollId: string, how: SealedOptions): Promise<Reference> {
    const poll = await this.#find(pollId, how);
    if (!poll?.message.isPoll) throw this.#unknown(`a poll ${pollId}`);
    return poll;
  }

  async #known(messageId: string, how: SealedOptions): Promise<Reference> {
    const found = await this.#find(messageId, how);
    if (!found) throw this.#unknown(`a message ${messageId}`);
    return found;
  }

  async #find(messageId: string, how: SealedOptions): Promise<Reference | undefined> {
    const { world, account: sender, known, work } = this.#deps;
    const message = await work.run(() => Promise.resolve(known.find(messageId)));
    const { addressing = world.addressing, senderAs, authorAs } = how;
    return message && { messageId, message, sender, addressing, senderAs, authorAs };
  }

  #unknown(what: string): RangeError {
    return new RangeError(`${this.#deps.account.number} has neither sent nor received ${what}.`);
  }

  #sendAbout({ message: { chat } }: Reference, message: proto.IMessage, options: SendOptions): Promise<string> {
    return this.#send(chat instanceof Group ? chat.jid : chat.jid('lid'), message, options);
  }
}
