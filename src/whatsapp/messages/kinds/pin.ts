import { proto, type WAMessageKey } from '@whiskeysockets/baileys';

const { PIN_FOR_ALL, UNPIN_FOR_ALL } = proto.Message.PinInChatMessage.Type;
const { KEEP_FOR_ALL, UNDO_KEEP_FOR_ALL } = proto.KeepType;

/** Writes that a message is shown on top of its chat for so many seconds, or no longer; `atMs` is now (Unix ms). */
export function write(
  key: WAMessageKey,
  { pinned, seconds }: { pinned: boolean; seconds: number },
  atMs: number,
): proto.IMessage {
  return {
    pinInChatMessage: { key, type: pinned ? PIN_FOR_ALL : UNPIN_FOR_ALL, senderTimestampMs: atMs },
    messageContextInfo: { messageAddOnDurationInSecs: pinned ? seconds : 0 },
  };
}

/** Writes that a message stays in a chat whose messages disappear, or no longer; `atMs` is now (Unix ms). */
export function writeKept(key: WAMessageKey, kept: boolean, atMs: number): proto.IMessage {
  return { keepInChatMessage: { key, keepType: kept ? KEEP_FOR_ALL : UNDO_KEEP_FOR_ALL, timestampMs: atMs } };
}
