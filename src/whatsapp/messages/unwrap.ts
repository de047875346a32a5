import type { proto } from '@whiskeysockets/baileys';

const MAX_DEPTH = 8;

/** Fields for bookkeeping between devices: nothing that a person wrote. */
export const BOOKKEEPING = new Set([
  'senderKeyDistributionMessage',
  'fastRatchetKeySenderKeyDistributionMessage',
  'messageContextInfo',
  'deviceSentMessage',
  'stickerSyncRmrMessage',
  'keepInChatMessage',
  'pinInChatMessage',
  'albumMessage',
]);

/**
 * Returns the message inside its wrappers (ephemeral, view once, document with caption, edited, …). WhatsApp invents
 * new ones, so the rule is general: a field that holds a `message` of its own is a wrapper.
 */
export function unwrap(message: proto.IMessage): proto.IMessage {
  let inner = message;
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const next = wrapped(inner);
    if (!next) return inner;
    inner = next;
  }
  return inner;
}

function wrapped(message: proto.IMessage): proto.IMessage | undefined {
  for (const value of Object.values(message) as ({ message?: unknown } | null | undefined)[]) {
    const inner = value?.message;
    if (typeof inner === 'object' && inner !== null) return inner;
  }
  return undefined;
}

const VIEW_ONCE = ['viewOnceMessage', 'viewOnceMessageV2', 'viewOnceMessageV2Extension'] as const;

/** Whether the message can be viewed only once: a wrapper around it says so, or the media itself. */
export function isViewOnce(message: proto.IMessage): boolean {
  let inner: proto.IMessage | undefined = message;
  for (let depth = 0; inner && depth <= MAX_DEPTH; depth += 1) {
    if (fieldsOf(inner).some((field) => VIEW_ONCE.some((name) => name === field))) return true;
    const { imageMessage, videoMessage, ptvMessage, audioMessage } = inner;
    if ([imageMessage, videoMessage, ptvMessage, audioMessage].some((media) => media?.viewOnce)) return true;
    inner = wrapped(inner);
  }
  return false;
}

/** Returns the names of the fields that are set. */
export function fieldsOf(message: proto.IMessage): string[] {
  return Object.entries(message)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name]) => name);
}
