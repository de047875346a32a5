import { Curve, signedKeyPair } from '@whiskeysockets/baileys';
import { randomInt } from 'node:crypto';

import type { KeyPair } from '../transport/server-identity.ts';
import type { KeyBundle } from '../world/key-bundle.ts';

const TYPE_BYTE = Buffer.from([5]);
const SIGNED_KEY_ID = 1;
const MAX_KEY_ID = 0xffffff;
const MAX_REGISTRATION_ID = 16_380;

/** A key pair in libsignal's form: the type byte 5 precedes the public key. */
export interface SignalKeyPair {
  readonly pubKey: Buffer;
  readonly privKey: Buffer;
}

/** The keys of one phone. One-time keys are generated on demand. */
export class PhoneKeys {
  #identity: KeyPair = Curve.generateKeyPair();
  #registrationId = randomInt(1, MAX_REGISTRATION_ID);
  #signedKey: ReturnType<typeof signedKeyPair> | undefined;
  readonly #oneTime = new Map<number, KeyPair>();
  #lastId = 0;

  get identity(): KeyPair {
    return this.#identity;
  }

  get registrationId(): number {
    return this.#registrationId;
  }

  /** Replaces every key, as a new installation does. */
  renew(): void {
    this.#identity = Curve.generateKeyPair();
    this.#registrationId = randomInt(1, MAX_REGISTRATION_ID);
    this.#signedKey = undefined;
    this.#oneTime.clear();
  }

  /** Generates the signed pre-key now rather than while somebody waits for a bundle. */
  prepare(): void {
    this.#signedKey ??= signedKeyPair(this.identity, SIGNED_KEY_ID);
  }

  /** Returns a bundle with a new one-time key. */
  takeBundle(): KeyBundle {
    const key = Curve.generateKeyPair();
    this.#lastId = (this.#lastId % MAX_KEY_ID) + 1;
    this.#oneTime.set(this.#lastId, key);
    const { keyPair, signature, keyId } = this.#signed;
    return {
      registrationId: this.registrationId,
      identity: Buffer.from(this.identity.public),
      signedPreKey: { id: keyId, value: Buffer.from(keyPair.public), signature: Buffer.from(signature) },
      oneTimeKey: { id: this.#lastId, value: Buffer.from(key.public) },
    };
  }

  get ownIdentity(): SignalKeyPair {
    return forSignal(this.identity);
  }

  get signedPreKey(): SignalKeyPair {
    return forSignal(this.#signed.keyPair);
  }

  /** Generated lazily: signing takes some milliseconds. */
  get #signed(): ReturnType<typeof signedKeyPair> {
    this.#signedKey ??= signedKeyPair(this.identity, SIGNED_KEY_ID);
    return this.#signedKey;
  }

  /** The one-time key with this id, if it was handed out and not used yet. */
  oneTimeKey(id: number): SignalKeyPair | undefined {
    const key = this.#oneTime.get(id);
    return key && forSignal(key);
  }

  /** Deletes a used one-time key, so that it opens no other session. */
  forget(id: number): void {
    this.#oneTime.delete(id);
  }
}

/** A public key in libsignal's form, with the type byte. */
export function signalPublicKey(bytes: Uint8Array): Buffer {
  return Buffer.concat([TYPE_BYTE, bytes]);
}

function forSignal({ public: publicKey, private: privateKey }: KeyPair): SignalKeyPair {
  return { pubKey: signalPublicKey(publicKey), privKey: Buffer.from(privateKey) };
}
