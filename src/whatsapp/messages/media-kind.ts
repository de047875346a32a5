import { hkdfSync } from 'node:crypto';

/** What a file is encrypted as; video notes are videos, stickers images (Baileys, `MEDIA_HKDF_KEY_MAPPING`). */
export type MediaKind = 'Image' | 'Video' | 'Audio' | 'Document';

/** The code of authentication at the end of what is transferred: the first bytes of an HMAC. */
export const MAC_LENGTH = 10;

/** What a file is decrypted and checked with. */
export interface MediaKeys {
  iv: Buffer;
  cipherKey: Buffer;
  macKey: Buffer;
}

/** The keys that follow from the one in the message. */
export function mediaKeys(mediaKey: Uint8Array, kind: MediaKind): MediaKeys {
  const bytes = Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(0), `WhatsApp ${kind} Keys`, 112));
  return { iv: bytes.subarray(0, 16), cipherKey: bytes.subarray(16, 48), macKey: bytes.subarray(48, 80) };
}

/** A file that is at WhatsApp, as a message describes it. */
export interface UploadedFile {
  url: string;
  directPath: string;
  mediaKey: Uint8Array;
  fileSha256: Uint8Array;
  fileEncSha256: Uint8Array;
}
