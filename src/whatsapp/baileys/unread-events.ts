import type { BaileysEvent, WASocket } from '@whiskeysockets/baileys';

/** The events that Baileys may buffer: `BUFFERABLE_EVENT` in its `event-buffer.js`. It listens to none of them itself. */
export const BUFFERED: ReadonlySet<BaileysEvent> = new Set([
  'messaging-history.set',
  'chats.upsert',
  'chats.update',
  'chats.delete',
  'contacts.upsert',
  'contacts.update',
  'messages.upsert',
  'messages.update',
  'messages.delete',
  'messages.reaction',
  'message-receipt.update',
  'groups.update',
] as const);

/**
 * Keeps events out of Baileys' buffer: `tapEvents` sees them where they are emitted, and nobody reads what the buffer makes of
 * them. It merges them, remembers up to 10,000 ids of a history, and holds changes of chats that it never hears of for good. To be called right after
 * the socket is made, before any events are tapped.
 */
export function dropUnreadEvents({ ev }: WASocket): void {
  const emit = ev.emit.bind(ev);
  ev.emit = (name, data) => BUFFERED.has(name) || emit(name, data);
}
