import { generateMessageIDV2, type WASocket } from '@whiskeysockets/baileys';
import { type OutgoingText, type SendOutcome } from '../domain/ports.ts';
import { type Acks } from './acks.ts';
import { isGroup, numberOf } from './jid.ts';
import { encode, write } from './messages/text.ts';
import { type RecipientLookup } from './recipient-lookup.ts';

/** What sending needs of a line. */
export interface SendParts {
  socket: WASocket;
  acks: Acks;
  lookup: RecipientLookup;
}

/**
 * Sends a text and waits for WhatsApp's acknowledgement. `sendMessage` of Baileys resolves as soon as
 * the bytes are with the operating system, which says nothing of WhatsApp.
 */
export async function sendText({ socket, acks, lookup }: SendParts, message: OutgoingText): Promise<SendOutcome> {
  const to = await lookup.find(socket, message.to);
  const messageId = generateMessageIDV2(socket.user?.id);
  const content = write(message.text);
  await message.beforeSend({ messageId, to, toNumber: await numberAt(socket, to), content: encode(message.text) });
  const acknowledged = acks.expect(messageId, message.ackTimeoutMs);
  const sending = socket.sendMessage(to, content, { messageId });
  // Its own questions to WhatsApp may hang; the caller waits for them no longer than for the acknowledgement.
  const ack = await Promise.race([acknowledged, sending.then(() => acknowledged)]);
  return { messageId, to, ...ack };
}

async function numberAt(socket: WASocket, jid: string): Promise<string | null> {
  if (isGroup(jid)) return null;
  return numberOf(jid) ?? numberOf(await socket.signalRepository.lidMapping.getPNForLID(jid));
}
