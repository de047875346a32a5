import { SessionCipher } from 'libsignal';

/** What a step of a ratchet changes in place; everything else of a session is replaced. */
interface Chain {
  chainKey: object;
  /** Keys of messages that have not arrived, by number. */
  messageKeys: Record<string, object>;
  chainType: number;
}

/** The parts of libsignal's `SessionEntry` that decrypting changes. */
interface Session {
  currentRatchet: object;
  _chains: Record<string, Chain>;
}

type Decrypt = (this: unknown, ciphertext: Buffer, session: Session | undefined) => Promise<Buffer>;

/** libsignal's `ChainType.RECEIVING`. */
const RECEIVING = 2;
/** How many chains of the other side Signal's own library keeps, and how many keys in each. */
const MAX_CHAINS = 5;
const MAX_KEYS = 2_000;

/**
 * Makes libsignal leave a session as it was when a message turns out not to belong to it, for the whole process. libsignal tries
 * the sessions of a contact one after the other, steps the ratchet of each before it checks the MAC, and stores them all when
 * one of them fits. A message that was on its way when a newer session began would so spoil the newer one.
 *
 * And it keeps a session small. libsignal keeps a chain of each turn of a conversation forever, and whatever number a stranger writes on a
 * message, all keys up to it.
 */
export function tryWithoutTrace(): void {
  const prototype = SessionCipher.prototype as unknown as { doDecryptWhisperMessage: Decrypt };
  const decrypt = prototype.doDecryptWhisperMessage;
  Object.assign(SessionCipher.prototype, {
    async doDecryptWhisperMessage(this: unknown, ciphertext: Buffer, session: Session | undefined) {
      const before = session && copyOf(session);
      try {
        const plaintext = await decrypt.call(this, ciphertext, session);
        if (session) keepSmall(session);
        return plaintext;
      } catch (error) {
        Object.assign(session ?? {}, before);
        throw error;
      }
    },
  });
}

/** The newest chains stay, and the newest ones that still have keys: all that late messages can need. */
function keepSmall({ _chains: chains }: Session): void {
  const received = Object.entries(chains).filter(([, { chainType }]) => chainType === RECEIVING);
  for (const [, { messageKeys }] of received) {
    for (const number of Object.keys(messageKeys).slice(0, -MAX_KEYS)) Reflect.deleteProperty(messageKeys, number);
  }
  if (received.length <= MAX_CHAINS) return;
  const late = received.filter(([, { messageKeys }]) => Object.keys(messageKeys).length > 0);
  const kept = new Set([...received.slice(-MAX_CHAINS), ...late.slice(-MAX_CHAINS)].map(([key]) => key));
  for (const [key] of received) if (!kept.has(key)) Reflect.deleteProperty(chains, key);
}

function copyOf({ currentRatchet, _chains: chains }: Session): Session {
  const copies = Object.entries(chains).map(([key, chain]) => [key, copyOfChain(chain)] as const);
  return { currentRatchet: { ...currentRatchet }, _chains: Object.fromEntries(copies) };
}

function copyOfChain(chain: Chain): Chain {
  return { ...chain, chainKey: { ...chain.chainKey }, messageKeys: { ...chain.messageKeys } };
}
