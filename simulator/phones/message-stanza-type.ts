import type { proto } from '@whiskeysockets/baileys';

/** The `type` of a message's stanza. */
export function stanzaType(message: proto.IMessage): string {
  if (message.conversation ?? message.extendedTextMessage) return 'text';
  if (message.interactiveMessage) return 'text';
  if (message.eventMessage ?? message.encEventResponseMessage) return 'event';
  return (message.pollCreationMessageV3 ?? message.pollUpdateMessage) ? 'poll' : 'media';
}
