import { type BinaryNode, isJidGroup, isLidUser, isPnUser } from '@whiskeysockets/baileys';

/** A message that can be decrypted from its stanza alone. */
export interface EncryptedMessage {
  type: 'msg' | 'skmsg';
  ciphertext: Uint8Array;
  /** The sender's JID. */
  sender: string;
  /** The JID of the chat: the group's, or again the sender's. */
  chat: string;
}

/**
 * Decrypts the messages in one transaction, which is stored. Returns the plaintexts, up to the first message that
 * cannot be decrypted.
 */
export type DecryptBatch = (messages: readonly EncryptedMessage[]) => Promise<Uint8Array[]>;

/**
 * Decrypts messages that have arrived before Baileys asks for them, which it does one after the other: so several share
 * one commit, and the state of a ratchet is stored once for all of them. That commit, which brings their plaintexts
 * into the journal, is all that a receipt waits for. Only simple cases are decrypted in a batch; after any failure the message is
 * left to Baileys, as if nobody had tried.
 */
export class BatchDecryption {
  readonly #plaintexts = new WeakMap<Uint8Array, Uint8Array>();
  #decryptBatch: DecryptBatch = () => Promise.resolve([]);

  /** Sets the function that decrypts. */
  decryptWith(decrypt: DecryptBatch): void {
    this.#decryptBatch = decrypt;
  }

  /** The plaintext of a ciphertext that was decrypted in a batch. */
  plaintextOf(ciphertext: Uint8Array): Uint8Array | undefined {
    return this.#plaintexts.get(ciphertext);
  }

  /** Decrypts these message stanzas, up to the first that is not a simple case. Never rejects. */
  async decrypt(stanzas: readonly BinaryNode[]): Promise<void> {
    const messages: EncryptedMessage[] = [];
    for (const stanza of stanzas) {
      const message = encryptedMessageIn(stanza);
      if (!message) break;
      messages.push(message);
    }
    if (messages.length < 2) return;
    // Baileys, which comes next, runs into the same failure and handles it.
    const plaintexts = await this.#decryptBatch(messages).catch(() => []);
    plaintexts.forEach((plaintext, at) => {
      const { ciphertext } = messages[at] ?? {};
      if (ciphertext) this.#plaintexts.set(ciphertext, plaintext);
    });
  }
}

/**
 * Returns the message in a stanza with one ciphertext. A stanza that starts a Signal session, or carries a group's key,
 * is not a simple case.
 */
function encryptedMessageIn({ attrs, content }: BinaryNode): EncryptedMessage | undefined {
  const sealed = Array.isArray(content) ? content.filter(({ tag }) => tag === 'enc') : [];
  const [only, ...others] = sealed;
  if (!(only?.content instanceof Uint8Array) || others.length > 0) return undefined;
  return addressed(only.content, only.attrs.type, attrs);
}

function addressed(
  ciphertext: Uint8Array,
  type: string | undefined,
  { from = '', participant }: Record<string, string>,
): EncryptedMessage | undefined {
  if (participant === undefined) {
    return type === 'msg' && isPerson(from) ? { type, ciphertext, sender: from, chat: from } : undefined;
  }
  return type === 'skmsg' && isJidGroup(from) ? { type, ciphertext, sender: participant, chat: from } : undefined;
}

function isPerson(jid: string): boolean {
  return isLidUser(jid) === true || isPnUser(jid) === true;
}
