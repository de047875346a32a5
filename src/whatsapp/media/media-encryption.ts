import { createCipheriv, createHash, createHmac } from 'node:crypto';
import { giveBack } from '../../kit/give-back.ts';
import { MAC_LENGTH, type MediaKeys } from '../messages/media-kind.ts';

/** What the recipient checks a file with. */
export interface MediaSums {
  /** SHA-256 of the file. */
  plain: Buffer;
  /** SHA-256 of what is transferred. */
  encrypted: Buffer;
}

/** Turns a file, piece by piece, into what WhatsApp's media host takes: the counterpart of the decryption. */
export class MediaEncryption {
  readonly #cipher;
  readonly #mac;
  readonly #plainHash = createHash('sha256');
  readonly #encryptedHash = createHash('sha256');

  constructor({ cipherKey, macKey, iv }: MediaKeys) {
    this.#cipher = createCipheriv('aes-256-cbc', cipherKey, iv);
    this.#mac = createHmac('sha256', macKey).update(iv);
  }

  /** The next piece of what is transferred; takes over `piece`. */
  update(piece: Buffer): Buffer {
    this.#plainHash.update(piece);
    const ciphertext = this.#cipher.update(piece);
    giveBack(piece);
    return this.#noted(ciphertext);
  }

  /** The last piece: the last block, and the code of authentication. */
  finish(): Buffer {
    const ciphertext = this.#noted(this.#cipher.final());
    const mac = this.#mac.digest().subarray(0, MAC_LENGTH);
    this.#encryptedHash.update(mac);
    return Buffer.concat([ciphertext, mac]);
  }

  /** Of all pieces, once they are finished. */
  sums(): MediaSums {
    return { plain: this.#plainHash.digest(), encrypted: this.#encryptedHash.digest() };
  }

  #noted(ciphertext: Buffer): Buffer {
    this.#mac.update(ciphertext);
    this.#encryptedHash.update(ciphertext);
    return ciphertext;
  }
}
