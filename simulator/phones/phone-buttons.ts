import type { proto } from '@whiskeysockets/baileys';

import { interactiveOf, type ShownInteractive } from './interactive-message.ts';
import type { Inbox, ReceivedMessage } from './inbox.ts';

/** Sends a message; resolves with its id. */
type Send = (to: string, message: proto.IMessage) => Promise<string>;

/** The buttons and lists that one phone was sent. */
export class PhoneButtons {
  readonly #inbox: Inbox;
  readonly #send: Send;

  constructor(inbox: Inbox, send: Send) {
    this.#inbox = inbox;
    this.#send = send;
  }

  /** What the phone shows of a received message. Throws a RangeError when there are no buttons in it. */
  of(messageId: string): ShownInteractive {
    return this.#find(messageId).shown;
  }

  /**
   * Presses the button with this text that answers; resolves with the id of the answer. Rejects with a RangeError when the
   * message has no such button.
   */
  async press(messageId: string, text: string): Promise<string> {
    const { message, shown } = this.#find(messageId);
    const button = shown.buttons.find((each) => each.kind === 'quick_reply' && each.text === text);
    if (!button) throw new RangeError(`The message ${messageId} has no button "${text}" that answers.`);
    return this.#answer(message, { name: 'quick_reply', text, params: { id: button.value } });
  }

  /** Chooses the row of a list with this id; resolves with the id of the answer. Rejects with a RangeError when there is none. */
  async choose(messageId: string, rowId: string): Promise<string> {
    const { message, shown } = this.#find(messageId);
    const row = shown.rows.find(({ id }) => id === rowId);
    if (!row) throw new RangeError(`The message ${messageId} has no row ${rowId}.`);
    return this.#answer(message, { name: 'menu_options', text: row.title, params: { ...row } });
  }

  #find(messageId: string): { message: ReceivedMessage; shown: ShownInteractive } {
    const message = this.#inbox.find(messageId);
    const shown = message && interactiveOf(message.message);
    if (!shown) throw new RangeError(`There is no message ${messageId} with buttons.`);
    return { message, shown };
  }

  #answer(
    { id, from, fromJid, group, message }: ReceivedMessage,
    { name, text, params }: { name: string; text: string; params: object },
  ): Promise<string> {
    return this.#send(group ?? from, {
      interactiveResponseMessage: {
        body: { text },
        nativeFlowResponseMessage: { name, paramsJson: JSON.stringify(params), version: 3 },
        contextInfo: { stanzaId: id, participant: fromJid.replace(/:\d+@/, '@'), quotedMessage: message },
      },
    });
  }
}
