import { aesDecryptGCM, aesEncryptGCM, Curve } from '@whiskeysockets/baileys';
import { createHash, hkdfSync } from 'node:crypto';

import { INTRO } from './frames.ts';
import type { KeyPair } from './server-identity.ts';

/**
 * The patterns of a handshake: `XX` is a full one; `IK` resumes with a server that the client knows; `XXfallback` is
 * the answer to an `IK` that the server cannot read.
 */
export type Pattern = 'XX' | 'IK' | 'XXfallback';

const NO_BYTES = Buffer.alloc(0);
const HASH_BYTES = 32;

/** The symmetric state of a Noise handshake as WhatsApp uses it (section 2 of the protocol notes). */
export class NoiseState {
  #hash: Buffer;
  #chainingKey: Buffer;
  #key: Buffer;
  #counter = 0;

  constructor(pattern: Pattern) {
    const name = Buffer.from(`Noise_${pattern}_25519_AESGCM_SHA256`);
    const padded = Buffer.concat([name, Buffer.alloc(Math.max(0, HASH_BYTES - name.byteLength))]);
    this.#hash = name.byteLength > HASH_BYTES ? sha256(name) : padded;
    this.#chainingKey = this.#hash;
    this.#key = this.#hash;
    this.mixHash(INTRO);
  }

  mixHash(bytes: Uint8Array): void {
    this.#hash = sha256(this.#hash, bytes);
  }

  mixKey(own: KeyPair, theirs: Uint8Array): void {
    [this.#chainingKey, this.#key] = this.#derive(Curve.sharedKey(own.private, theirs));
    this.#counter = 0;
  }

  encrypt(plain: Uint8Array): Buffer {
    const sealed = aesEncryptGCM(plain, this.#key, counterIv(this.#counter++), this.#hash);
    this.mixHash(sealed);
    return sealed;
  }

  /** Throws when the other side has another state. */
  decrypt(sealed: Uint8Array): Buffer {
    const plain = aesDecryptGCM(sealed, this.#key, counterIv(this.#counter++), this.#hash);
    this.mixHash(sealed);
    return plain;
  }

  /** Ends the handshake. */
  split(): TransportCipher {
    return new TransportCipher(...this.#derive(NO_BYTES));
  }

  #derive(secret: Uint8Array): [Buffer, Buffer] {
    const both = Buffer.from(hkdfSync('sha256', secret, this.#chainingKey, NO_BYTES, 64));
    return [both.subarray(0, 32), both.subarray(32)];
  }
}

/** The cipher of a connection after the handshake: AES-256-GCM with a counter per direction and no associated data. */
export class TransportCipher {
  readonly #fromClient: Buffer;
  readonly #toClient: Buffer;
  #read = 0;
  #written = 0;

  constructor(fromClient: Buffer, toClient: Buffer) {
    this.#fromClient = fromClient;
    this.#toClient = toClient;
  }

  /** Decrypts the client's next frame; throws when it is out of order or was altered. */
  decrypt(sealed: Uint8Array): Buffer {
    return aesDecryptGCM(sealed, this.#fromClient, counterIv(this.#read++), NO_BYTES);
  }

  /** Encrypts the next frame for the client. */
  encrypt(plain: Uint8Array): Buffer {
    return aesEncryptGCM(plain, this.#toClient, counterIv(this.#written++), NO_BYTES);
  }
}

function sha256(...parts: Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function counterIv(counter: number): Buffer {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(counter, 8);
  return iv;
}
