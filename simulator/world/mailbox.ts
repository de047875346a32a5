import { type Stanza } from '../kit/stanza.ts';

interface Letter {
  readonly stanza: Stanza;
  readonly key: string;
  sent: boolean;
}

/**
 * The stanzas that one device has not confirmed, oldest first. A stanza stays until the device confirms it, so a stanza
 * that was only sent is sent again at the next login.
 */
export class Mailbox {
  readonly #letters = new Map<number, Letter>();
  readonly #byKey = new Map<string, Set<number>>();
  #next = 0;

  /** The number of unconfirmed stanzas, sent or not. */
  get size(): number {
    return this.#letters.size;
  }

  /** Adds a stanza; `sent` says whether it is already sent to the device. */
  put(stanza: Stanza, sent: boolean): void {
    const number = this.#next++;
    const key = keyOf(stanza.tag, stanza.attrs);
    this.#letters.set(number, { stanza, key, sent });
    const numbers = this.#byKey.get(key);
    if (numbers) numbers.add(number);
    else this.#byKey.set(key, new Set([number]));
  }

  /**
   * Returns all stanzas, numbered in order by the attribute `offline`, and marks them as sent. `again` is the number of
   * those that had been sent before.
   */
  drain(): { stanzas: Stanza[]; again: number } {
    let again = 0;
    const stanzas: Stanza[] = [];
    for (const letter of this.#letters.values()) {
      if (letter.sent) again += 1;
      letter.sent = true;
      const attrs = { ...letter.stanza.attrs, offline: String(stanzas.length) };
      stanzas.push({ ...letter.stanza, attrs });
    }
    return { stanzas, again };
  }

  /** Removes the sent stanzas of class `tag` that `attrs` confirms. Returns their number. */
  confirm(tag: string, attrs: Stanza['attrs']): number {
    const key = keyOf(tag, { ...attrs, from: attrs.to ?? '' });
    let dropped = 0;
    for (const number of this.#byKey.get(key) ?? []) {
      if (!this.#letters.get(number)?.sent) continue;
      this.#forget(number, key);
      dropped += 1;
    }
    return dropped;
  }

  #forget(number: number, key: string): void {
    this.#letters.delete(number);
    const numbers = this.#byKey.get(key);
    numbers?.delete(number);
    if (numbers?.size === 0) this.#byKey.delete(key);
  }
}

/**
 * A message is identified by its id alone: the receipt for an own copy does not always name its author
 * (`messages-send.js`).
 */
function keyOf(tag: string, { id = '', from = '', participant = '', type = '' }: Stanza['attrs']): string {
  return tag === 'message' ? `message ${id}` : [tag, id, from, participant, type].join(' ');
}
