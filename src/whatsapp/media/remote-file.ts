import type { proto } from '@whiskeysockets/baileys';
import { hasFile, mediaOf } from '../messages/kinds/media.ts';
import { unwrap } from '../messages/unwrap.ts';
import type { MediaChecksums } from './media-decryption.ts';
import type { MediaLocation } from './media-host.ts';
import type { MediaKind } from '../messages/media-kind.ts';

/** The file of a message at WhatsApp, as its sender described it. */
export interface RemoteFile {
  kind: MediaKind;
  mediaKey: Uint8Array;
  location: MediaLocation;
  checksums: MediaChecksums;
  /** Bytes; 0 if the sender did not say. */
  size: number;
}

/**
 * Returns the file that can be downloaded for this message; `undefined` when there is none, or its key or location is
 * missing.
 */
export function remoteFileOf(message: proto.IMessage): RemoteFile | undefined {
  const found = mediaOf(unwrap(message));
  if (!found) return undefined;
  const { mediaKey, directPath, url, fileSha256, fileEncSha256, fileLength } = found.media;
  if (!mediaKey || !hasFile(found.media)) return undefined;
  return {
    ...{ kind: found.kind, mediaKey, location: { directPath, url } },
    checksums: { plain: fileSha256, encrypted: fileEncSha256 },
    size: Number(fileLength ?? 0),
  };
}
