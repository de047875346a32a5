import { createDecipheriv, createHash, createHmac } from 'node:crypto';
import { DownloadFailure } from '../../domain/download-failure.ts';
import { giveBack } from '../../kit/give-back.ts';
import { MAC_LENGTH, type MediaKeys } from '../messages/media-kind.ts';

/** The checksums of a file, as far as its sender gave them. */
export interface MediaChecksums {
  /** SHA-256 of the file. */
  plain: Uint8Array | null | undefined;
  /** SHA-256 of the transferred bytes. */
  encrypted: Uint8Array | null | undefined;
}

/**
 * Decrypts a file from WhatsApp's media host, chunk by chunk. Do not trust its output before `finish`, which verifies
 * all of it: Baileys does not.
 */
export class MediaDecryption {
  readonly #checksums: MediaChecksums;
  readonly #cipher;
  readonly #mac;
  readonly #plainHash = createHash('sha256');
  readonly #encryptedHash = createHash('sha256');
  /** The last bytes so far: the authentication code, unless more bytes follow. */
  #tail = Buffer.alloc(0);

  constructor({ cipherKey, macKey, iv }: MediaKeys, checksums: MediaChecksums) {
    this.#checksums = checksums;
    this.#cipher = createDecipheriv('aes-256-cbc', cipherKey, iv);
    this.#mac = createHmac('sha256', macKey).update(iv);
  }

  /** Decrypts the next chunk; takes over `piece`. */
  update(piece: Buffer): Buffer {
    this.#encryptedHash.update(piece);
    const bytes = Buffer.concat([this.#tail, piece]);
    giveBack(piece);
    const end = Math.max(0, bytes.length - MAC_LENGTH);
    this.#tail = Buffer.from(bytes.subarray(end));
    const ciphertext = bytes.subarray(0, end);
    this.#mac.update(ciphertext);
    const plain = this.#cipher.update(ciphertext);
    giveBack(bytes);
    this.#plainHash.update(plain);
    return plain;
  }

  /**
   * Verifies the file, and returns its last chunk.
   * @throws DownloadFailure `corrupt`
   */
  finish(): Buffer {
    const isGenuine =
      this.#tail.equals(this.#mac.digest().subarray(0, MAC_LENGTH)) &&
      agrees(this.#checksums.encrypted, this.#encryptedHash.digest());
    if (!isGenuine) throw new DownloadFailure('corrupt');
    const plain = this.#lastBlock();
    if (!agrees(this.#checksums.plain, this.#plainHash.update(plain).digest())) throw new DownloadFailure('corrupt');
    return plain;
  }

  #lastBlock(): Buffer {
    try {
      return this.#cipher.final();
    } catch (cause) {
      throw new DownloadFailure('corrupt', cause);
    }
  }
}

/** A checksum that the sender left out cannot be wrong. */
function agrees(wanted: MediaChecksums['plain'], found: Buffer): boolean {
  return !wanted?.length || found.equals(wanted);
}
