import { interactiveOf, type ShownButton } from '../simulator/phones/interactive-message.ts';
import type { ReceivedMessage } from '../simulator/phones/inbox.ts';
import { mediaIn } from '../simulator/phones/media-message.ts';
import type { Phone } from '../simulator/phones/phone.ts';
import { CUSTOMER_SENDS, type SampleKind } from './samples.ts';

/** The content of a bubble. */
interface Content {
  readonly text: string;
  /** The kind of the attached file. */
  readonly file?: string;
  /** The options of a poll, or the buttons that answer. */
  readonly options?: readonly string[];
}

/** One bubble on the customer's phone. */
export interface Bubble extends Content {
  readonly id: string;
  readonly from: 'customer' | 'shop';
  readonly at: string;
  /** The linked device has sent its receipt: from here on the orchestrator is responsible for the message. */
  readonly delivered: boolean;
  /** The option that the customer chose. */
  readonly chosen?: string;
}

/** A file after download and decryption. */
export interface OpenedFile {
  readonly mimetype: string;
  readonly bytes: Uint8Array;
}

/** The chat between the customer and the shop, as it appears on the customer's phone. */
export class Chat {
  readonly #customer: Phone;
  readonly #shop: Phone;
  readonly #bubbles: Omit<Bubble, 'delivered'>[] = [];
  /** Opens the file of a bubble, by message id. */
  readonly #openers = new Map<string, () => Promise<OpenedFile>>();
  readonly #votes = new Map<string, string>();
  /** The ids of messages with buttons. */
  readonly #withButtons = new Set<string>();
  #cursor = 0;

  constructor(customer: Phone, shop: Phone) {
    this.#customer = customer;
    this.#shop = shop;
  }

  /** Sends a text as the customer. */
  async write(text: string): Promise<void> {
    const id = await this.#customer.sendText(this.#shop.number, text);
    this.#add(id, 'customer', { text });
  }

  /** Sends a file as the customer; pictures take a caption. */
  async sendFile(kind: SampleKind, caption: string): Promise<void> {
    const sample = CUSTOMER_SENDS[kind];
    const details = kind === 'image' ? { caption, width: 480, height: 360 } : { seconds: 3 };
    const id = await this.#customer.sendMedia(this.#shop.number, { kind, ...sample, ...details });
    this.#openers.set(id, () => Promise.resolve(sample));
    this.#add(id, 'customer', { text: details.caption ?? '', file: kind });
  }

  /** Votes in a poll as the customer, or presses a button. */
  async vote(id: string, option: string): Promise<void> {
    if (this.#withButtons.has(id))
      this.#add(await this.#customer.buttons.press(id, option), 'customer', { text: option });
    else await this.#customer.vote(id, [option]);
    this.#votes.set(id, option);
  }

  /** Plays a voice note as the customer, which sends the shop a "played" receipt. */
  async play(id: string): Promise<void> {
    await this.#customer.markPlayed(id);
  }

  /** Opens the file of a bubble; undefined when it has none. Rejects when the file cannot be downloaded or decrypted. */
  async file(id: string): Promise<OpenedFile | undefined> {
    return this.#openers.get(id)?.();
  }

  /** All bubbles so far, oldest first. */
  bubbles(): Bubble[] {
    const { messages, cursor } = this.#customer.messages(this.#cursor);
    this.#cursor = cursor;
    for (const message of messages) this.#receive(message);
    return this.#bubbles.map((bubble) => this.#withState(bubble));
  }

  #receive(received: ReceivedMessage): void {
    const { id, text, message } = received;
    const media = mediaIn(message);
    const poll = message.pollCreationMessageV3 ?? message.pollCreationMessage;
    if (media) {
      const mimetype = media.fields.mimetype ?? '';
      this.#openers.set(id, async () => ({ mimetype, bytes: await this.#customer.media(received) }));
      this.#add(id, 'shop', { text, file: media.kind });
    } else if (poll) {
      const options = poll.options?.map(({ optionName }) => optionName ?? '') ?? [];
      this.#add(id, 'shop', { text: poll.name ?? '', options });
    } else this.#addText(id, { text, buttons: interactiveOf(message)?.buttons ?? [] });
  }

  #addText(id: string, { text, buttons }: { text: string; buttons: readonly ShownButton[] }): void {
    const options = buttons.filter(({ kind }) => kind === 'quick_reply').map((button) => button.text);
    if (options.length > 0) this.#withButtons.add(id);
    this.#add(id, 'shop', options.length > 0 ? { text, options } : { text });
  }

  #add(id: string, from: Bubble['from'], content: Content): void {
    this.#bubbles.push({ id, from, ...content, at: new Date().toISOString() });
  }

  #withState(bubble: Omit<Bubble, 'delivered'>): Bubble {
    const chosen = this.#votes.get(bubble.id);
    return { ...bubble, ...(chosen !== undefined && { chosen }), delivered: this.#isDelivered(bubble.id) };
  }

  /** Only linked devices have a colon in their JID; the phone itself has none. */
  #isDelivered(id: string): boolean {
    return this.#customer.receiptsOf(id).delivered.some((device) => device.includes(':'));
  }
}
