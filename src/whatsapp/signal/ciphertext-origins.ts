import { createHash } from 'node:crypto';
import { type BinaryNode, decodeMessageNode, type WASocket } from '@whiskeysockets/baileys';
import type { JournalEntry } from '../../ports/signal.ts';
import { messageKeyOf } from './message-key.ts';

/** Where a ciphertext came from: its journal entry, without the plaintext. */
export type Origin = Omit<JournalEntry, 'plaintext'>;

/** The types that are encrypted with a ratchet; others are not journaled. */
const RATCHET_TYPES = new Set(['pkmsg', 'msg', 'skmsg']);

/** So much of the first hash tells stanzas apart: it is stored twice with each message, in its row and in an index. */
const DELIVERY_BYTES = 16;

/**
 * Records which stanza each ciphertext came in. Baileys passes only the bytes to its Signal repository; they are the
 * stanza's own buffer, and are found by identity.
 */
export class CiphertextOrigins {
  readonly #origins = new WeakMap<Uint8Array, Origin>();

  /** Returns where `ciphertext` came from; `undefined` if it came in no readable message stanza. */
  of(ciphertext: Uint8Array): Origin | undefined {
    return this.#origins.get(ciphertext);
  }

  /** Records every message stanza before Baileys handles it. */
  watch(socket: WASocket): void {
    socket.ws.prependListener('CB:message', (stanza: BinaryNode) => this.#note(stanza, socket));
  }

  #note(stanza: BinaryNode, { authState }: WASocket): void {
    const ciphertexts = ciphertextsOf(stanza);
    const hashes = ciphertexts.map(hashOf);
    const [first] = hashes;
    if (!first) return;
    const messageKey = keyOf(stanza, authState.creds.me);
    if (messageKey === undefined) return;
    const delivery = first.toString('base64url', 0, DELIVERY_BYTES);
    const shared = { messageKey, delivery, parts: hashes.length, attrs: stanza.attrs };
    ciphertexts.forEach((ciphertext, at) => {
      this.#origins.set(ciphertext, { ...shared, ciphertextHash: hashes[at] ?? first });
    });
  }
}

function ciphertextsOf({ content }: BinaryNode): Uint8Array[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap(({ tag, attrs, content: bytes }) =>
    tag === 'enc' && RATCHET_TYPES.has(attrs.type ?? '') && bytes instanceof Uint8Array ? [bytes] : [],
  );
}

/** `undefined` for a stanza whose addresses Baileys will refuse. */
function keyOf(stanza: BinaryNode, me: { id: string; lid?: string } | undefined): Origin['messageKey'] | undefined {
  try {
    return messageKeyOf(decodeMessageNode(stanza, me?.id ?? '', me?.lid ?? '').fullMessage.key);
  } catch {
    return undefined;
  }
}

function hashOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
