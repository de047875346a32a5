import { proto } from '@whiskeysockets/baileys';
import { createHash, randomBytes } from 'node:crypto';

import { MEDIA_KEY_BYTES, sealMedia } from '../media/media-cipher.ts';
import type { MediaStore } from '../media/media-store.ts';

const FILE = { keyInfo: 'WhatsApp App State Keys', upload: 'md-app-state' };

/** Uploads a snapshot for the account with this number; resolves with the encoded reference to it. */
export async function shareSnapshot(
  media: MediaStore,
  number: string,
  snapshot: proto.ISyncdSnapshot,
): Promise<Uint8Array> {
  const bytes = proto.SyncdSnapshot.encode(snapshot).finish();
  const mediaKey = randomBytes(MEDIA_KEY_BYTES);
  const file = await media.write(sealMedia(bytes, mediaKey, FILE));
  return proto.ExternalBlobReference.encode({
    mediaKey,
    directPath: media.publish(file, { upload: FILE.upload, number }),
    fileSizeBytes: bytes.byteLength,
    fileSha256: createHash('sha256').update(bytes).digest(),
    fileEncSha256: file.sha256,
  }).finish();
}
