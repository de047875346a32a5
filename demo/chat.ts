import { type ReceivedMessage } from '../simulator/phones/inbox.ts';
import { mediaIn } from '../simulator/phones/media-message.ts';
import { type Phone } from '../simulator/phones/phone.ts';
import { CUSTOMER_SENDS, type SampleKind } from './samples.ts';

/** What is in a bubble. */
interface Content {
  readonly text: string;
  /** What kind of file it has, if any. */
  readonly file?: string;
  /** What can be chosen, when it is a poll. */
  readonly options?: readonly string[];
}

/** One bubble on the customer's phone. */
export interface Bubble extends Content {
  readonly id: string;
  readonly from: 'customer' | 'shop';
  readonly at: string;
  /** The linked device has confirmed it: from then on the orchestrator answers for it. */
  readonly delivered: boolean;
  /** What the customer chose in this poll. */
  readonly chosen?: string;
}

/** A file, as a phone opens it. */
export interface OpenedFile {
  readonly mimetype: string;
  readonly bytes: Uint8Array;
}

/** The chat between the customer and the shop, as the customer's phone shows it. */
export class Chat {
  readonly #customer: Phone;
  readonly #shop: Phone;
  readonly #bubbles: Omit<Bubble, 'delivered'>[] = [];
  /** How the files of the bubbles are opened. */
  readonly #files = new Map<string, () => Promise<OpenedFile>>();
  readonly #votes = new Map<string, string>();
  #cursor = 0;

  constructor(customer: Phone, shop: Phone) {
    this.#customer = customer;
    this.#shop = shop;
  }

  /** The customer writes. */
  async write(text: string): Promise<void> {
    const id = await this.#customer.sendText(this.#shop.number, text);
    this.#add(id, 'customer', { text });
  }

  /** The customer sends a file; a picture with a caption. */
  async sendFile(kind: SampleKind, caption: string): Promise<void> {
    const sample = CUSTOMER_SENDS[kind];
    const said = kind === 'image' ? { caption, width: 480, height: 360 } : { seconds: 3 };
    const id = await this.#customer.sendMedia(this.#shop.number, { kind, ...sample, ...said });
    this.#files.set(id, () => Promise.resolve(sample));
    this.#add(id, 'customer', { text: said.caption ?? '', file: kind });
  }

  /** The customer chooses one option of a poll. */
  async vote(pollId: string, option: string): Promise<void> {
    await this.#customer.vote(pollId, [option]);
    this.#votes.set(pollId, option);
  }

  /** The customer plays a voice note of the shop; the shop is told. */
  async play(id: string): Promise<void> {
    await this.#customer.markPlayed(id);
  }

  /** The file in a bubble, undefined when there is none. Rejects with a sentence when anything about it is not right. */
  async file(id: string): Promise<OpenedFile | undefined> {
    return this.#files.get(id)?.();
  }

  /** Everything so far, oldest first. */
  bubbles(): Bubble[] {
    const { messages, cursor } = this.#customer.messages(this.#cursor);
    this.#cursor = cursor;
    for (const message of messages) this.#receive(message);
    return this.#bubbles.map((bubble) => this.#now(bubble));
  }

  #receive(received: ReceivedMessage): void {
    const { id, text, message } = received;
    const media = mediaIn(message);
    const poll = message.pollCreationMessageV3 ?? message.pollCreationMessage;
    if (media) {
      const mimetype = media.fields.mimetype ?? '';
      this.#files.set(id, async () => ({ mimetype, bytes: await this.#customer.media(received) }));
      this.#add(id, 'shop', { text, file: media.kind });
    } else if (poll) {
      const options = poll.options?.map(({ optionName }) => optionName ?? '') ?? [];
      this.#add(id, 'shop', { text: poll.name ?? '', options });
    } else this.#add(id, 'shop', { text });
  }

  #add(id: string, from: Bubble['from'], content: Content): void {
    this.#bubbles.push({ id, from, ...content, at: new Date().toISOString() });
  }

  #now(bubble: Omit<Bubble, 'delivered'>): Bubble {
    const chosen = this.#votes.get(bubble.id);
    return { ...bubble, ...(chosen !== undefined && { chosen }), delivered: this.#isDelivered(bubble.id) };
  }

  /** Devices beside the phone itself have a colon in their JID. */
  #isDelivered(id: string): boolean {
    return this.#customer.receiptsOf(id).delivered.some((device) => device.includes(':'));
  }
}
