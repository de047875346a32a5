import { type Phone } from '../simulator/phones/phone.ts';

/** One bubble on the customer's phone. */
export interface Bubble {
  readonly id: string;
  readonly from: 'customer' | 'shop';
  readonly text: string;
  readonly at: string;
  /** The linked device has confirmed it: from then on the orchestrator answers for it. */
  readonly delivered: boolean;
}

/** The chat between the customer and the shop, as the customer's phone shows it. */
export class Chat {
  readonly #customer: Phone;
  readonly #shop: Phone;
  readonly #bubbles: Omit<Bubble, 'delivered'>[] = [];
  #cursor = 0;

  constructor(customer: Phone, shop: Phone) {
    this.#customer = customer;
    this.#shop = shop;
  }

  /** The customer writes. */
  async write(text: string): Promise<void> {
    const id = await this.#customer.sendText(this.#shop.number, text);
    this.#add(id, 'customer', text);
  }

  /** Everything so far, oldest first. */
  bubbles(): Bubble[] {
    const { messages, cursor } = this.#customer.messages(this.#cursor);
    this.#cursor = cursor;
    for (const { id, text } of messages) this.#add(id, 'shop', text);
    return this.#bubbles.map((bubble) => ({ ...bubble, delivered: this.#isDelivered(bubble.id) }));
  }

  #add(id: string, from: Bubble['from'], text: string): void {
    this.#bubbles.push({ id, from, text, at: new Date().toISOString() });
  }

  /** Devices beside the phone itself have a colon in their JID. */
  #isDelivered(id: string): boolean {
    return this.#customer.receiptsOf(id).delivered.some((device) => device.includes(':'));
  }
}
