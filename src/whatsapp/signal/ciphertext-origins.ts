import { createHash } from 'node:crypto';
import { type BinaryNode, decodeMessageNode, type WASocket } from '@whiskeysockets/baileys';
import { type JournalEntry } from '../../ports/signal.ts';
import { messageKeyOf } from './message-key.ts';

/** Where a ciphertext came from: all of its journal entry but what it says. */
export type Origin = Omit<JournalEntry, 'plaintext'>;

/** What is encrypted with a ratchet; everything else is not ours to keep. */
const RATCHET_TYPES = new Set(['pkmsg', 'msg', 'skmsg']);

/**
 * Remembers in which stanza each ciphertext came. Baileys hands its Signal repository nothing but the bytes; they are the
 * very buffer of the stanza, by whose identity it is found again.
 */
export class CiphertextOrigins {
  readonly #origins = new WeakMap<Uint8Array, Origin>();

  /** Where `ciphertext` came from; `undefined` when it came in no message stanza that can be read. */
  of(ciphertext: Uint8Array): Origin | undefined {
    return this.#origins.get(ciphertext);
  }

  /** Sees every message stanza before Baileys does. */
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
    const shared = { messageKey, delivery: first.toString('hex'), parts: hashes.length, attrs: stanza.attrs };
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

/** `undefined` for a stanza that Baileys will refuse for its addresses. */
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
