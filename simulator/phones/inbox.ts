import { type proto } from '@whiskeysockets/baileys';

import { type Changes } from '../kit/changes.ts';

/** A message that a phone has received and decrypted. */
export interface ReceivedMessage {
  readonly id: string;
  /** The sender's number, digits. */
  readonly from: string;
  /** The sender's device, addressed as the message was. */
  readonly fromJid: string;
  /** The JID of the group that it was written to; undefined when it was written to this phone alone. */
  readonly group?: string | undefined;
  /** Seconds since the Unix epoch, by the server's clock. */
  readonly timestamp: number;
  /** The text; empty when the message has none. */
  readonly text: string;
  readonly message: proto.IMessage;
}

/** How long to wait, and from where on to look. */
export interface NextOptions {
  /** Milliseconds; 10 000 without it. */
  timeoutMs?: number | undefined;
  /** A cursor; without it, where the previous `next` found something. */
  after?: number | undefined;
}

/** What one phone has received, in its order. A cursor is how many messages somebody has seen. */
export class Inbox {
  readonly #changes: Changes;
  readonly #owner: string;
  readonly #messages: ReceivedMessage[] = [];
  readonly #seen = new Map<string, ReceivedMessage>();
  #nextFrom = 0;

  constructor(owner: string, changes: Changes) {
    this.#owner = owner;
    this.#changes = changes;
  }

  /** Keeps a message, unless the same sender's message with this id is here already; answers whether it was new. */
  add(message: ReceivedMessage): boolean {
    const key = `${message.from} ${message.id}`;
    if (this.#seen.has(key)) return false;
    this.#seen.set(key, message);
    this.#messages.push(message);
    return true;
  }

  /** The message with this id, whoever sent it. */
  find(id: string): ReceivedMessage | undefined {
    return this.#messages.findLast((message) => message.id === id);
  }

  /** All messages after the cursor `after`, and the cursor after them. */
  read(after = 0): { messages: ReceivedMessage[]; cursor: number } {
    return { messages: this.#messages.slice(after), cursor: this.#messages.length };
  }

  /** The first message that `matches` and was not given by `next` before; rejects when there is none in time. */
  async next(
    matches: (message: ReceivedMessage) => boolean = () => true,
    options: NextOptions = {},
  ): Promise<ReceivedMessage> {
    const { after = this.#nextFrom, timeoutMs } = options;
    let at = after;
    const found = (): boolean => {
      while (at < this.#messages.length && !matches(this.#at(at))) at += 1;
      return at < this.#messages.length;
    };
    await this.#changes.until(found, { timeoutMs, what: `a message to ${this.#owner}` });
    this.#nextFrom = Math.max(this.#nextFrom, at + 1);
    return this.#at(at);
  }

  #at(index: number): ReceivedMessage {
    const message = this.#messages[index];
    if (!message) throw new RangeError(`There is no message ${index}.`);
    return message;
  }
}
