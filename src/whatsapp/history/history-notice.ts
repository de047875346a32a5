import { getHistoryMsg, proto, type WAMessage } from '@whiskeysockets/baileys';
import { deflateSync } from 'node:zlib';
import type { MediaChecksums } from '../media/media-decryption.ts';

/** Where a part of the phone's history is: within the message, or in a file at WhatsApp. */
export type HistoryNotice = { inline: Uint8Array } | { file: HistoryFile };

/** A file with a part of the history. */
interface HistoryFile {
  directPath: string;
  mediaKey: Uint8Array;
  checksums: MediaChecksums;
  /** Bytes, compressed; 0 if the phone did not say. */
  size: number;
}

/** A history without anything in it, of a kind that Baileys does nothing with. */
const NOTHING = deflateSync(
  proto.HistorySync.encode({ syncType: proto.HistorySync.HistorySyncType.NON_BLOCKING_DATA }).finish(),
);

/**
 * Takes the history out of a message, so that Baileys finds an empty one in its place: it would decompress whatever it is told
 * into memory, while the messages behind it wait. Returns where it is; `undefined` for other messages, and for one that somebody
 * else wrote: only the own phone has our history.
 */
export function takeHistory({ key, message }: WAMessage): HistoryNotice | undefined {
  const notification = message ? getHistoryMsg(message) : undefined;
  if (!notification) return undefined;
  const notice = key.fromMe === true ? noticeOf(notification) : undefined;
  Object.assign(notification, { ...WITHOUT_FILE, initialHistBootstrapInlinePayload: NOTHING });
  return notice;
}

function noticeOf(notification: proto.Message.IHistorySyncNotification): HistoryNotice | undefined {
  const { initialHistBootstrapInlinePayload: inline, directPath, mediaKey, fileLength } = notification;
  const { fileSha256, fileEncSha256 } = notification;
  if (inline?.length) return { inline };
  if (!directPath || !mediaKey?.length) return undefined;
  const checksums = { plain: fileSha256, encrypted: fileEncSha256 };
  return { file: { directPath, mediaKey, checksums, size: Number(fileLength ?? 0) } };
}

const WITHOUT_FILE = { directPath: null, mediaKey: null, fileSha256: null, fileEncSha256: null, fileLength: null };
