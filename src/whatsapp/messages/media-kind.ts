import { hkdfSync } from 'node:crypto';

/** How a file is encrypted; video notes are videos, stickers are images (Baileys, `MEDIA_HKDF_KEY_MAPPING`). */
export type MediaKind = 'Image' | 'Video' | 'Audio' | 'Document';

/** The length of the authentication code at the end of a transferred file: the first bytes of an HMAC. */
export const MAC_LENGTH = 10;

/** The keys that decrypt and verify a file. */
export interface MediaKeys {
  iv: Buffer;
  cipherKey: Buffer;
  macKey: Buffer;
}

/** Derives the keys from the one in the message; the phone's history comes in a file, too. */
export function mediaKeys(mediaKey: Uint8Array, kind: MediaKind | 'History'): MediaKeys {
  const bytes = Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(0), `WhatsApp ${kind} Keys`, 112));
  return { iv: bytes.subarray(0, 16), cipherKey: bytes.subarray(16, 48), macKey: bytes.subarray(48, 80) };
}

/** An uploaded file, as a message describes it. */
export interface UploadedFile {
  url: string;
  directPath: string;
  /** Only of a file that is encrypted. */
  mediaKey?: Uint8Array;
  fileSha256: Uint8Array;
  fileEncSha256?: Uint8Array;
  /** Only of a file for a channel: what its message names it by (whatsmeow, `MediaHandle`). */
  handle?: string;
}
