import { type Stanza } from '../kit/stanza.ts';

interface Letter {
  readonly stanza: Stanza;
  readonly key: string;
  sent: boolean;
}

/**
 * What one device has still to receive, oldest first. A stanza stays until the device confirms it, so that whatever was
 * only sent is sent again at the next login.
 */
export class Mailbox {
  readonly #letters = new Map<number, Letter>();
  readonly #byKey = new Map<string, Set<number>>();
  #next = 0;

  /** How many stanzas are not confirmed, sent or not. */
  get size(): number {
    return this.#letters.size;
  }

  /** Keeps `stanza`, sent to the device already or not. */
  put(stanza: Stanza, sent: boolean): void {
    const number = this.#next++;
    const key = keyOf(stanza.tag, stanza.attrs);
    this.#letters.set(number, { stanza, key, sent });
    const numbers = this.#byKey.get(key);
    if (numbers) numbers.add(number);
    else this.#byKey.set(key, new Set([number]));
  }

  /** All that is waiting, marked as offline in their order; they count as sent from now on. */
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

  /** Drops the sent stanzas of class `tag` that `attrs` confirms; answers how many those were. */
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

/** A message is known by its id alone: the receipt for an own copy does not always say whose it is (`messages-send.js`). */
function keyOf(tag: string, { id = '', from = '', participant = '', type = '' }: Stanza['attrs']): string {
  return tag === 'message' ? `message ${id}` : [tag, id, from, participant, type].join(' ');
}
