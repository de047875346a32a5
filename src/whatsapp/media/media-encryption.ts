import { createCipheriv, createHash, createHmac } from 'node:crypto';
import { giveBack } from '../../kit/give-back.ts';
import { MAC_LENGTH, type MediaKeys } from '../messages/media-kind.ts';

/** The checksums with which the recipient verifies a file. */
export interface MediaSums {
  /** SHA-256 of the file. */
  plain: Buffer;
  /** SHA-256 of the transferred bytes. */
  encrypted: Buffer;
}

/** Encrypts a file, chunk by chunk, for WhatsApp's media host: the counterpart of `MediaDecryption`. */
export class MediaEncryption {
  readonly #cipher;
  readonly #mac;
  readonly #plainHash = createHash('sha256');
  readonly #encryptedHash = createHash('sha256');

  constructor({ cipherKey, macKey, iv }: MediaKeys) {
    this.#cipher = createCipheriv('aes-256-cbc', cipherKey, iv);
    this.#mac = createHmac('sha256', macKey).update(iv);
  }

  /** Encrypts the next chunk; takes over `piece`. */
  update(piece: Buffer): Buffer {
    this.#plainHash.update(piece);
    const ciphertext = this.#cipher.update(piece);
    giveBack(piece);
    return this.#noted(ciphertext);
  }

  /** Returns the last chunk: the last block, and the authentication code. */
  finish(): Buffer {
    const ciphertext = this.#noted(this.#cipher.final());
    const mac = this.#mac.digest().subarray(0, MAC_LENGTH);
    this.#encryptedHash.update(mac);
    return Buffer.concat([ciphertext, mac]);
  }

  /** The checksums of the whole file. Call it after {@link finish}. */
  sums(): MediaSums {
    return { plain: this.#plainHash.digest(), encrypted: this.#encryptedHash.digest() };
  }

  #noted(ciphertext: Buffer): Buffer {
    this.#mac.update(ciphertext);
    this.#encryptedHash.update(ciphertext);
    return ciphertext;
  }
}
