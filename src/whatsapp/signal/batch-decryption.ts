import { type BinaryNode, isJidGroup, isLidUser, isPnUser } from '@whiskeysockets/baileys';

/** One ciphertext that can be decrypted from its stanza alone. */
export interface Letter {
  type: 'msg' | 'skmsg';
  ciphertext: Uint8Array;
  /** The JID of who wrote it. */
  author: string;
  /** The JID of the chat: of the group, or again of the author. */
  chat: string;
}

/**
 * Decrypts the letters as one step of the ratchets: answers what they said, up to the first that cannot be decrypted so, when that
 * is stored.
 */
export type DecryptTogether = (letters: readonly Letter[]) => Promise<Uint8Array[]>;

/**
 * Decrypts messages that have come already before Baileys asks for them, which it does for one after the other: so several
 * share one commit, and the state of a ratchet is stored once for all of them. What a message said is in the journal by then, which
 * is all that its receipt waits for. Only plain cases are decrypted early; whatever goes wrong is left to Baileys, as if nobody had tried.
 */
export class BatchDecryption {
  readonly #opened = new WeakMap<Uint8Array, Uint8Array>();
  #decrypt: DecryptTogether = () => Promise.resolve([]);

  /** From now on letters are decrypted so. */
  decryptWith(decrypt: DecryptTogether): void {
    this.#decrypt = decrypt;
  }

  /** What a ciphertext says that was decrypted early. */
  of(ciphertext: Uint8Array): Uint8Array | undefined {
    return this.#opened.get(ciphertext);
  }

  /** Decrypts these message stanzas, up to the first that is not plain. Never rejects. */
  async open(stanzas: readonly BinaryNode[]): Promise<void> {
    const letters: Letter[] = [];
    for (const stanza of stanzas) {
      const letter = letterIn(stanza);
      if (!letter) break;
      letters.push(letter);
    }
    if (letters.length < 2) return;
    // Baileys, which comes next, meets the same failure and deals with it.
    const plaintexts = await this.#decrypt(letters).catch(() => []);
    plaintexts.forEach((plaintext, at) => {
      const { ciphertext } = letters[at] ?? {};
      if (ciphertext) this.#opened.set(ciphertext, plaintext);
    });
  }
}

/** The letter in a stanza that has no other; one that begins a Signal session, or brings the key of a group, is not plain. */
function letterIn({ attrs, content }: BinaryNode): Letter | undefined {
  const sealed = Array.isArray(content) ? content.filter(({ tag }) => tag === 'enc') : [];
  const [only, ...others] = sealed;
  if (!(only?.content instanceof Uint8Array) || others.length > 0) return undefined;
  return addressed(only.content, only.attrs.type, attrs);
}

function addressed(
  ciphertext: Uint8Array,
  type: string | undefined,
  { from = '', participant }: Record<string, string>,
): Letter | undefined {
  if (participant === undefined) {
    return type === 'msg' && isPerson(from) ? { type, ciphertext, author: from, chat: from } : undefined;
  }
  return type === 'skmsg' && isJidGroup(from) ? { type, ciphertext, author: participant, chat: from } : undefined;
}

function isPerson(jid: string): boolean {
  return isLidUser(jid) === true || isPnUser(jid) === true;
}
