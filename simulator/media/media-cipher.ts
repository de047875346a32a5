import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

import { MEDIA_KINDS, type MediaKind } from './media-kinds.ts';

/** Length of a media key. */
export const MEDIA_KEY_BYTES = 32;

const MAC_BYTES = 10;
const CHUNK_BYTES = 1024 * 1024;
const CIPHER = 'aes-256-cbc';

/** A kind of file that is no media of a message. */
export interface SealedKind {
  /** The HKDF info from which its keys are derived. */
  readonly keyInfo: string;
}

interface MediaKeys {
  readonly iv: Buffer;
  readonly cipherKey: Buffer;
  readonly macKey: Buffer;
}

/** Encrypts a file in chunks, in the media server's format: the ciphertext, then ten bytes of MAC. */
export function* sealMedia(plain: Uint8Array, mediaKey: Uint8Array, kind: MediaKind | SealedKind): Generator<Buffer> {
  const { iv, cipherKey, macKey } = expand(mediaKey, kind);
  const cipher = createCipheriv(CIPHER, cipherKey, iv);
  const mac = createHmac('sha256', macKey).update(iv);
  for (let start = 0; start < plain.byteLength; start += CHUNK_BYTES) {
    const part = cipher.update(plain.subarray(start, start + CHUNK_BYTES));
    mac.update(part);
    yield part;
  }
  const last = cipher.final();
  yield last;
  yield mac.update(last).digest().subarray(0, MAC_BYTES);
}

/** Reverses {@link sealMedia}; undefined when the MAC is wrong. */
export function openMedia(sealed: Buffer, mediaKey: Uint8Array, kind: MediaKind): Buffer | undefined {
  const { iv, cipherKey, macKey } = expand(mediaKey, kind);
  if (sealed.byteLength < MAC_BYTES) return undefined;
  const ciphertext = sealed.subarray(0, -MAC_BYTES);
  const mac = createHmac('sha256', macKey).update(iv).update(ciphertext).digest().subarray(0, MAC_BYTES);
  if (!timingSafeEqual(mac, sealed.subarray(-MAC_BYTES))) return undefined;
  const cipher = createDecipheriv(CIPHER, cipherKey, iv);
  return Buffer.concat([cipher.update(ciphertext), cipher.final()]);
}

function expand(mediaKey: Uint8Array, kind: MediaKind | SealedKind): MediaKeys {
  const { keyInfo } = typeof kind === 'string' ? MEDIA_KINDS[kind] : kind;
  const keys = Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(0), keyInfo, 112));
  return { iv: keys.subarray(0, 16), cipherKey: keys.subarray(16, 48), macKey: keys.subarray(48, 80) };
}
