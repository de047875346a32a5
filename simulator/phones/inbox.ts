import type { proto } from '@whiskeysockets/baileys';

import type { Changes } from '../kit/changes.ts';

/** A message that a phone has received and decrypted. */
export interface ReceivedMessage {
  readonly id: string;
  /** The sender's number, digits. */
  readonly from: string;
  /** The JID of the sender's device, in the addressing of the message. */
  readonly fromJid: string;
  /** The JID of the group; undefined for a 1:1 message. */
  readonly group?: string | undefined;
  /** Seconds since the Unix epoch, by the server's clock. */
  readonly timestamp: number;
  /** The text; empty when the message has none. */
  readonly text: string;
  /** The seconds after which it disappears; undefined when it does not say so. */
  readonly expiration?: number | undefined;
  readonly message: proto.IMessage;
}

/** How long to wait, and where to start. */
export interface NextOptions {
  /** Milliseconds; 10 000 by default. */
  timeoutMs?: number | undefined;
  /** A cursor; by default after the previous result of `next`. */
  after?: number | undefined;
}

/** The messages that one phone has received, in order. A cursor is the number of messages already seen. */
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

  /** Adds a message unless one with this sender and id exists. Returns whether it was new. */
  add(message: ReceivedMessage): boolean {
    const key = `${message.from} ${message.id}`;
    if (this.#seen.has(key)) return false;
    this.#seen.set(key, message);
    this.#messages.push(message);
    return true;
  }

  /** The latest message with this id. */
  find(id: string): ReceivedMessage | undefined {
    return this.#messages.findLast((message) => message.id === id);
  }

  /** All messages after the cursor `after`, and the cursor after them. */
  read(after = 0): { messages: ReceivedMessage[]; cursor: number } {
    return { messages: this.#messages.slice(after), cursor: this.#messages.length };
  }

  /** The next message that `matches`, after the previous result; rejects after the timeout. */
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
