import { ProtocolAddress, SessionBuilder, SessionRecord, type SignalStorage } from 'libsignal';

import { node, type Stanza } from '../kit/stanza.ts';
import type { Endpoint } from '../world/endpoint.ts';
import type { KeyBundle } from '../world/key-bundle.ts';
import { PhoneCipher } from './phone-cipher.ts';
import { type PhoneKeys, signalPublicKey } from './phone-keys.ts';

type SessionOffer = Parameters<SessionBuilder['initOutgoing']>[0];

/** The Signal sessions of one phone, in memory, by device. Not safe for concurrent use. */
export class SignalSessions {
  readonly #name: string;
  readonly #records = new Map<string, SessionRecord>();
  readonly #storage: SignalStorage;

  /** @param name identifies the phone, because libsignal has one queue per address for the whole process. */
  constructor(name: string, keys: PhoneKeys) {
    this.#name = name;
    this.#storage = storageOver(this.#records, keys);
  }

  /** Forgets every session, as a new installation does. */
  clear(): void {
    this.#records.clear();
  }

  /** Encrypts for a device and returns the `<enc>`; starts a session if there is none. */
  async encrypt(to: Endpoint, plain: Uint8Array, attrs: Record<string, string> = {}): Promise<Stanza> {
    const address = this.#address(to);
    if (!this.#records.get(address.toString())?.haveOpenSession()) await this.begin(to, to.takeBundle());
    const { type, body } = await new PhoneCipher(this.#storage, address).encrypt(Buffer.from(plain));
    return node('enc', { v: '2', type: type === 3 ? 'pkmsg' : 'msg', ...attrs }, Buffer.from(body, 'binary'));
  }

  /** Decrypts a device's message. A failure rejects and leaves the session unchanged. */
  async decrypt(from: Endpoint, type: string | undefined, sealed: Buffer): Promise<Buffer> {
    const address = this.#address(from);
    const before = this.#records.get(address.toString())?.serialize();
    const cipher = new PhoneCipher(this.#storage, address);
    try {
      return await (type === 'pkmsg'
        ? cipher.decryptPreKeyWhisperMessage(sealed)
        : cipher.decryptWhisperMessage(sealed));
    } catch (error) {
      if (before) this.#records.set(address.toString(), SessionRecord.deserialize(before));
      throw error;
    }
  }

  /** Starts a new session with a device; the next message opens it on the other side too. */
  async begin(to: Endpoint, bundle: KeyBundle): Promise<void> {
    const { registrationId, identity, signedPreKey, oneTimeKey } = bundle;
    const offer = {
      registrationId,
      identityKey: signalPublicKey(identity),
      signedPreKey: {
        keyId: signedPreKey.id,
        publicKey: signalPublicKey(signedPreKey.value),
        signature: signedPreKey.signature,
      },
      ...(oneTimeKey && { preKey: { keyId: oneTimeKey.id, publicKey: signalPublicKey(oneTimeKey.value) } }),
    };
    await new SessionBuilder(this.#storage, this.#address(to)).initOutgoing(offer as SessionOffer);
  }

  #address({ owner, device }: Endpoint): ProtocolAddress {
    return new ProtocolAddress(`${this.#name}>${owner.lid}`, device);
  }
}

function storageOver(records: Map<string, SessionRecord>, keys: PhoneKeys): SignalStorage {
  return {
    loadSession: (id) => Promise.resolve(records.get(id)),
    storeSession: (id, record) => {
      records.set(id, record);
      return Promise.resolve();
    },
    isTrustedIdentity: () => true,
    loadPreKey: (id) => Promise.resolve(keys.oneTimeKey(Number(id))),
    removePreKey: (id) => keys.forget(id),
    loadSignedPreKey: () => keys.signedPreKey,
    getOurRegistrationId: () => keys.registrationId,
    getOurIdentity: () => keys.ownIdentity,
  };
}
