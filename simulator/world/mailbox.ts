import type { Stanza } from '../kit/stanza.ts';
import { isAckOf, isReceiptOf } from './confirmation.ts';

interface Letter {
  readonly stanza: Stanza;
  /** When it was last sent, in milliseconds since the Unix epoch; undefined when it never was. */
  sentAtMs: number | undefined;
  /** Whether the device has answered it since, also by asking the server to keep it. */
  answered: boolean;
}

/** A stanza that was sent and not answered. `sentAtMs` is in milliseconds since the Unix epoch. */
export interface Unanswered {
  readonly stanza: Stanza;
  readonly sentAtMs: number;
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

  /** The stanza that has waited longest for an answer; undefined when everything sent is answered. */
  get unanswered(): Unanswered | undefined {
    for (const { stanza, sentAtMs, answered } of this.#letters.values()) {
      if (sentAtMs !== undefined && !answered) return { stanza, sentAtMs };
    }
    return undefined;
  }

  /** Adds a stanza; `sentAtMs` says when it was sent to the device, if it was. */
  put(stanza: Stanza, sentAtMs?: number): void {
    const number = this.#next++;
    const key = keyOf(stanza.tag, stanza.attrs.id);
    this.#letters.set(number, { stanza, sentAtMs, answered: false });
    const numbers = this.#byKey.get(key);
    if (numbers) numbers.add(number);
    else this.#byKey.set(key, new Set([number]));
  }

  /**
   * Returns all stanzas, numbered in order by the attribute `offline`, and marks them as sent now. `again` is the number
   * of those that had been sent before.
   */
  drain(nowMs: number): { stanzas: Stanza[]; again: number } {
    let again = 0;
    const stanzas: Stanza[] = [];
    for (const letter of this.#letters.values()) {
      if (letter.sentAtMs !== undefined) again += 1;
      letter.sentAtMs = nowMs;
      letter.answered = false;
      const attrs = { ...letter.stanza.attrs, offline: String(stanzas.length) };
      stanzas.push({ ...letter.stanza, attrs });
    }
    return { stanzas, again };
  }

  /** Removes the sent stanzas that an `<ack>` with these attributes is for. Returns their number. */
  acknowledge(ack: Stanza['attrs']): number {
    return this.#remove(keyOf(ack.class, ack.id), (stanza) => isAckOf(stanza, ack));
  }

  /** Keeps the sent stanzas that an `<ack>` with these attributes is for, until the next login: they are answered. */
  keep(ack: Stanza['attrs']): void {
    for (const [, letter] of this.#sent(keyOf(ack.class, ack.id))) {
      if (isAckOf(letter.stanza, ack)) letter.answered = true;
    }
  }

  /** Removes the sent messages with this id that a `<receipt>` with these attributes is for. Returns their number. */
  receive(id: string, receipt: Stanza['attrs']): number {
    return this.#remove(keyOf('message', id), (stanza) => isReceiptOf(stanza, receipt));
  }

  #sent(key: string): [number, Letter][] {
    return [...(this.#byKey.get(key) ?? [])].flatMap((number) => {
      const letter = this.#letters.get(number);
      return letter?.sentAtMs === undefined ? [] : [[number, letter] as [number, Letter]];
    });
  }

  #remove(key: string, isMeant: (stanza: Stanza) => boolean): number {
    const meant = this.#sent(key).filter(([, { stanza }]) => isMeant(stanza));
    const numbers = this.#byKey.get(key);
    for (const [number] of meant) {
      this.#letters.delete(number);
      numbers?.delete(number);
    }
    if (numbers?.size === 0) this.#byKey.delete(key);
    return meant.length;
  }
}

function keyOf(tag = '', id = ''): string {
  return `${tag} ${id}`;
}
