import { generateMessageIDV2, proto, type WAMessage, type WASocket } from '@whiskeysockets/baileys';
import { type Clock } from '../kit/clock.ts';
import { type Recipient } from '../domain/address.ts';
import { AppError } from '../domain/errors.ts';
import { type LineMessage, type SendOutcome } from '../domain/ports.ts';
import { type Acks } from './acks.ts';
import { isGroup, numberOf, withoutDevice } from './jid.ts';
import { type KnownMessages } from './known-messages.ts';
import { firstText } from './messages/content.ts';
import { writeContext } from './messages/context.ts';
import { wrapped, writeContent, type WrittenMessage } from './messages/write.ts';
import { type RecipientLookup } from './recipient-lookup.ts';

/** What sending needs of a line. */
export interface SendParts {
  socket: WASocket;
  acks: Acks;
  lookup: RecipientLookup;
  knownMessages: KnownMessages;
  clock: Clock;
}

/**
 * Sends a message and waits for WhatsApp's acknowledgement: who it goes to and what it refers to is looked up, it is
 * written, stored by `beforeSend`, and relayed. Baileys resolves as soon as the bytes are with the operating system, which
 * says nothing of WhatsApp.
 */
export async function send(parts: SendParts, message: LineMessage): Promise<SendOutcome> {
  const { socket, acks } = parts;
  const target = await referred(parts, 'messageId' in message.content ? message.content.messageId : null);
  const to = message.to ? await parts.lookup.find(socket, message.to) : chatOf(target);
  const written = await write(parts, message, { to, target });
  const messageId = generateMessageIDV2(socket.user?.id);
  const content = proto.Message.encode(written.message).finish();
  await message.beforeSend({ messageId, to, toNumber: await numberAt(socket, to), content });
  const acknowledged = acks.expect(messageId, message.ackTimeoutMs);
  const relaying = relay(socket, { to, messageId, written });
  // Its own questions to WhatsApp may hang; the caller waits for them no longer than for the acknowledgement.
  const ack = await Promise.race([acknowledged, relaying.then(() => acknowledged)]);
  return { messageId, to, ...ack };
}

async function write(
  parts: SendParts,
  { content, replyTo, mentions }: LineMessage,
  { to, target }: { to: string; target: WAMessage | undefined },
): Promise<WrittenMessage> {
  const quoted = await referred(parts, replyTo);
  const context = {
    chatId: to,
    quoted: quoted && { message: quoted, author: authorOf(quoted, parts.socket) },
    mentions: await addresses(parts, mentions),
  };
  const message = writeContent(content, { target, nowMs: parts.clock.now() });
  return wrapped(content, writeContext(message, context), target);
}

async function referred({ knownMessages }: SendParts, messageId: string | null): Promise<WAMessage | undefined> {
  if (messageId === null) return undefined;
  const message = await knownMessages.find(messageId);
  if (!message) throw new AppError('message_not_found');
  return message;
}

/** One at a time: all of them share one memory of numbers. */
async function addresses({ lookup, socket }: SendParts, people: readonly Recipient[]): Promise<string[]> {
  const jids: string[] = [];
  for (const person of people) jids.push(await lookup.find(socket, person));
  return jids;
}

async function relay(
  socket: WASocket,
  { to, messageId, written }: { to: string; messageId: string; written: WrittenMessage },
): Promise<void> {
  const { message, attributes: additionalAttributes, nodes: additionalNodes } = written;
  await socket.relayMessage(to, message, { messageId, additionalAttributes, additionalNodes });
}

function chatOf(target: WAMessage | undefined): string {
  return withoutDevice(target?.key.remoteJid ?? '');
}

/** Who wrote a message: in groups the participant, else the chat itself, or we. */
function authorOf({ key }: WAMessage, { authState }: WASocket): string {
  // Outside of groups it is an empty text.
  const jid = key.fromMe ? authState.creds.me?.id : firstText(key.participant, key.remoteJid);
  return withoutDevice(jid ?? '');
}

async function numberAt(socket: WASocket, jid: string): Promise<string | null> {
  if (isGroup(jid)) return null;
  return numberOf(jid) ?? numberOf(await socket.signalRepository.lidMapping.getPNForLID(jid));
}
