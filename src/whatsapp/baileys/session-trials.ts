import { SessionCipher } from 'libsignal';

/** What a step of a ratchet changes in place; everything else of a session is replaced. */
interface Chain {
  chainKey: object;
  messageKeys: object;
}

/** The parts of libsignal's `SessionEntry` that decrypting changes. */
interface Session {
  currentRatchet: object;
  _chains: Record<string, Chain>;
}

type Decrypt = (this: unknown, ciphertext: Buffer, session: Session | undefined) => Promise<Buffer>;

/**
 * Makes libsignal leave a session as it was when a message turns out not to belong to it, for the whole process. libsignal tries
 * the sessions of a contact one after the other, steps the ratchet of each before it checks the MAC, and stores them all when
 * one of them fits. A message that was on its way when a newer session began would so spoil the newer one.
 */
export function tryWithoutTrace(): void {
  const prototype = SessionCipher.prototype as unknown as { doDecryptWhisperMessage: Decrypt };
  const decrypt = prototype.doDecryptWhisperMessage;
  Object.assign(SessionCipher.prototype, {
    async doDecryptWhisperMessage(this: unknown, ciphertext: Buffer, session: Session | undefined) {
      const before = session && copyOf(session);
      try {
        return await decrypt.call(this, ciphertext, session);
      } catch (error) {
        Object.assign(session ?? {}, before);
        throw error;
      }
    },
  });
}

function copyOf({ currentRatchet, _chains: chains }: Session): Session {
  const copies = Object.entries(chains).map(([key, chain]) => [key, copyOfChain(chain)] as const);
  return { currentRatchet: { ...currentRatchet }, _chains: Object.fromEntries(copies) };
}

function copyOfChain(chain: Chain): Chain {
  return { ...chain, chainKey: { ...chain.chainKey }, messageKeys: { ...chain.messageKeys } };
}
