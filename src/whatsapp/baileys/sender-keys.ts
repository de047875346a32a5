import { BufferJSON } from '@whiskeysockets/baileys';
import {
  GroupCipher,
  SenderChainKey,
  SenderKeyMessage,
  SenderKeyRecord,
  SenderKeyState,
} from '@whiskeysockets/baileys/lib/Signal/Group/index.js';
import { encrypt } from 'libsignal/src/crypto.js';
import { calculateMAC } from './quick-signal.ts';

type Store = ConstructorParameters<typeof GroupCipher>[0];
type Structure = ReturnType<SenderKeyRecord['serialize']>[number];

/** What Baileys' types hide of a `GroupCipher`. */
interface Cipher {
  senderKeyStore: Store;
  senderKeyName: Parameters<Store['loadSenderKey']>[0];
}

type Remove = (this: SenderKeyState, iteration: number) => ReturnType<SenderKeyState['removeSenderMessageKey']>;

const { removeSenderMessageKey: remove } = SenderKeyState.prototype as { removeSenderMessageKey: Remove };

/**
 * Makes sender keys small and quick, for the whole process. With every message that we send to a group Baileys skips a key, and keeps
 * what it skipped, up to two thousand keys; and it stores bytes as lists of numbers. The sender key of a busy group took 220 kB, and each
 * message 30 ms. Nor could it read the skipped keys that it had stored: late messages of a group failed.
 */
export function keepSenderKeysSmall(): void {
  Object.assign(GroupCipher.prototype, { encrypt: encryptNext });
  Object.assign(SenderKeyRecord, { deserialize });
  Object.assign(SenderKeyRecord.prototype, { serialize });
  Object.assign(SenderKeyState.prototype, { removeSenderMessageKey });
  Object.assign(SenderChainKey.prototype, { getDerivative: (seed: Buffer, key: Buffer) => calculateMAC(key, seed) });
}

/** Encrypts with the next key, as phones do. Keys that were skipped once are of no use to the one who sends. */
async function encryptNext(this: unknown, paddedPlaintext: Uint8Array): Promise<Uint8Array> {
  const { senderKeyStore, senderKeyName } = this as Cipher;
  const record = await senderKeyStore.loadSenderKey(senderKeyName);
  const state = record.getSenderKeyState();
  if (!state) throw new Error('No session to encrypt message');
  const chainKey = state.getSenderChainKey();
  const key = chainKey.getSenderMessageKey();
  const ciphertext = await encrypt(key.getCipherKey(), paddedPlaintext, key.getIv());
  state.setSenderChainKey(chainKey.getNext());
  state.getStructure().senderMessageKeys = [];
  const signingKey = state.getSigningKeyPrivate() ?? null;
  const message = new SenderKeyMessage(state.getKeyId(), key.getIteration(), ciphertext, signingKey);
  await senderKeyStore.storeSenderKey(senderKeyName, record);
  return message.serialize();
}

/** The states in a form that Baileys stores as JSON, and reads without us, too. */
function serialize(this: unknown): unknown[] {
  const { senderKeyStates } = this as { senderKeyStates: SenderKeyState[] };
  return senderKeyStates.map((state) => {
    const { senderKeyId, senderChainKey, senderSigningKey, senderMessageKeys } = state.getStructure();
    return {
      senderKeyId,
      senderChainKey: { iteration: senderChainKey.iteration, seed: asText(senderChainKey.seed) },
      senderSigningKey: { public: asText(senderSigningKey.public), private: asText(senderSigningKey.private) },
      senderMessageKeys: senderMessageKeys.map(({ iteration, seed }) => ({ iteration, seed: asText(seed) })),
    };
  });
}

/** Reads what {@link serialize} or Baileys wrote. Skipped keys, of which there may be thousands, become bytes when they are used. */
function deserialize(data: Uint8Array): SenderKeyRecord {
  const structures = JSON.parse(Buffer.from(data).toString('utf-8')) as Structure[];
  return new SenderKeyRecord(
    structures.map((structure) => ({
      ...structure,
      senderChainKey: { ...structure.senderChainKey, seed: asBytes(structure.senderChainKey.seed) },
      senderSigningKey: {
        public: asBytes(structure.senderSigningKey.public),
        ...(structure.senderSigningKey.private && { private: asBytes(structure.senderSigningKey.private) }),
      },
    })),
  );
}

function removeSenderMessageKey(this: SenderKeyState, iteration: number): ReturnType<Remove> {
  const key = this.getStructure().senderMessageKeys.find((each) => each.iteration === iteration);
  if (key) key.seed = asBytes(key.seed);
  return remove.call(this, iteration);
}

/** Bytes as `BufferJSON` reads them. What was read and never used has this form already. */
function asText(bytes: unknown): unknown {
  const { data } = (bytes ?? {}) as { data?: unknown };
  return bytes === undefined || typeof data === 'string' ? bytes : BufferJSON.replacer('', asBytes(bytes));
}

/** Bytes of every form in which Baileys has stored them. */
function asBytes(stored: unknown): Buffer {
  return Buffer.from(BufferJSON.reviver('', stored) as Uint8Array);
}
