import { SessionCipher } from 'libsignal';

/** What decrypting changes in a session of libsignal. */
interface Session {
  currentRatchet: object;
  _chains: Record<string, { chainKey: object; messageKeys: object }>;
}

/** libsignal's own method, which its types do not show: it steps the ratchet before it checks the MAC. */
interface Decrypting {
  doDecryptWhisperMessage: (this: SessionCipher, sealed: Buffer, session: Session | undefined) => Promise<Buffer>;
}

const { doDecryptWhisperMessage: decryptIn } = SessionCipher.prototype as unknown as Decrypting;

/** A cipher that leaves a session as it was when a message does not belong to it, as the one in phones does. */
export class PhoneCipher extends SessionCipher {
  async doDecryptWhisperMessage(sealed: Buffer, session: Session | undefined): Promise<Buffer> {
    const before = session && copyOf(session);
    try {
      return await decryptIn.call(this, sealed, session);
    } catch (error) {
      Object.assign(session ?? {}, before);
      throw error;
    }
  }
}

function copyOf({ currentRatchet, _chains: chains }: Session): Session {
  const copies = Object.entries(chains).map(([key, chain]) => {
    const { chainKey, messageKeys } = chain;
    return [key, { ...chain, chainKey: { ...chainKey }, messageKeys: { ...messageKeys } }] as const;
  });
  return { currentRatchet: { ...currentRatchet }, _chains: Object.fromEntries(copies) };
}
