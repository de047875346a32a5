import { generateMessageIDV2, jidDecode, proto, type WAMessage, type WASocket } from '@whiskeysockets/baileys';
import { type Recipient } from '../../domain/address.ts';
import { AppError } from '../../domain/errors.ts';
import { type DeliveryUpdate } from '../../domain/message.ts';
import { isMedia, type OutgoingContent } from '../../domain/outgoing.ts';
import { type Clock } from '../../kit/clock.ts';
import { type ConnectionMessage, type SendOutcome } from '../../ports/connection.ts';
import { isGroup, numberOf, withoutDevice } from '../addressing/jid.ts';
import { type RecipientLookup } from '../addressing/recipient-lookup.ts';
import { encryptedFor } from '../baileys/connection-context.ts';
import { oggSeconds } from '../media/ogg-duration.ts';
import { firstText } from '../messages/content.ts';
import { writeContext } from '../messages/context.ts';
import { kindOf } from '../messages/kinds/media.ts';
import { type MediaKind, type UploadedFile } from '../messages/media-kind.ts';
import { wrapped, writeContent, type WrittenMessage } from '../messages/write.ts';
import { type KnownMessages } from '../receive/known-messages.ts';
import { type Ack, type Acks } from './acks.ts';

/** What sending needs of a line. */
export interface SendDeps {
  socket: WASocket;
  acks: Acks;
  lookup: RecipientLookup;
  knownMessages: KnownMessages;
  /** Asked before anything is written or stored: a group that the account is not in is refused by its name. */
  groupMetadata: (groupId: string) => Promise<unknown>;
  clock: Clock;
  /** Puts a file onto WhatsApp's media host. */
  upload: (path: string, kind: MediaKind) => Promise<UploadedFile>;
  /** Told of a message that did not go out after all, or to nobody. */
  undelivered: (update: DeliveryUpdate) => void;
}

/**
 * Sends a message and waits for WhatsApp's acknowledgement: who it goes to and what it refers to is looked up, it is
 * written, stored, and relayed. Baileys resolves as soon as the bytes are with the operating system, which
 * says nothing of WhatsApp.
 */
export async function send(deps: SendDeps, message: ConnectionMessage): Promise<SendOutcome> {
  const { socket, acks } = deps;
  const target = await referred(deps, 'messageId' in message.content ? message.content.messageId : null);
  const to = message.to ? await deps.lookup.find(socket, message.to) : chatOf(target);
  if (isGroup(to)) await deps.groupMetadata(to);
  const toNumber = await numberAt(socket, to);
  await message.mayWriteTo({ to, toNumber });
  const written = await write(deps, message, { to, target });
  const messageId = generateMessageIDV2(socket.user?.id);
  const content = proto.Message.encode(written.message).finish();
  const sent = { messageId, to, toNumber, content };
  await message.beforeSend(sent);
  // It is encrypted meanwhile, so that both are one commit; nothing leaves before it is stored.
  const stored = message.store(sent);
  const relaying = relay(deps, { to, messageId, written, stored });
  await stored;
  const acknowledged = acks.expect(messageId, message.ackTimeoutMs);
  // Its own questions to WhatsApp may hang; the caller waits for them no longer than for the acknowledgement.
  const ack = await Promise.race([acknowledged, relaying.then((failure) => failure ?? acknowledged)]);
  return { messageId, to, ...ack };
}

async function write(
  deps: SendDeps,
  { content, replyTo, mentions }: ConnectionMessage,
  { to, target }: { to: string; target: WAMessage | undefined },
): Promise<WrittenMessage> {
  const quoted = await referred(deps, replyTo);
  const context = {
    chatId: to,
    quoted: quoted && { message: quoted, author: authorOf(quoted, deps.socket) },
    mentions: await addresses(deps, mentions),
  };
  const uploaded = isMedia(content) ? await deps.upload(content.file.path, kindOf(content)) : undefined;
  const message = writeContent(await timed(content), { target, uploaded, nowMs: deps.clock.now() });
  return wrapped(content, writeContext(message, context), target);
}

/** Phones show how long a voice note plays only when its sender says so. */
async function timed(content: OutgoingContent): Promise<OutgoingContent> {
  if (content.type !== 'voice' || content.seconds !== null) return content;
  return { ...content, seconds: await oggSeconds(content.file.path) };
}

async function referred({ knownMessages }: SendDeps, messageId: string | null): Promise<WAMessage | undefined> {
  if (messageId === null) return undefined;
  const message = await knownMessages.find(messageId);
  if (!message) throw new AppError('message_not_found');
  return message;
}

/** One at a time: all of them share one memory of numbers. */
async function addresses({ lookup, socket }: SendDeps, people: readonly Recipient[]): Promise<string[]> {
  const jids: string[] = [];
  for (const person of people) jids.push(await lookup.find(socket, person));
  return jids;
}

/** A message that is ready to go. */
interface ReadyMessage {
  to: string;
  messageId: string;
  written: WrittenMessage;
  /** See {@link encryptedFor}. */
  stored: Promise<void>;
}

/** Hands the message to Baileys; answers with the failure, which is told also when nobody waits for it any more. */
async function relay(deps: SendDeps, ready: ReadyMessage): Promise<Failure | undefined> {
  const why = await relayFailure(deps.socket, ready);
  if (!why) return undefined;
  const failure = { status: 'failed', errorCode: why.code } as const;
  deps.undelivered({ ...failure, messageId: ready.messageId, errorMessage: why.message });
  return failure;
}

type Failure = Extract<Ack, { status: 'failed' }>;

async function relayFailure(
  socket: WASocket,
  { to, messageId, written, stored }: ReadyMessage,
): Promise<{ code: string; message: string } | undefined> {
  const { message, attributes: additionalAttributes, nodes: additionalNodes } = written;
  const options = { messageId, additionalAttributes, additionalNodes };
  try {
    const devices = await encryptedFor(stored, () => socket.relayMessage(to, message, options));
    return isGroup(to) || reaches(to, devices, socket) ? undefined : NO_DEVICES;
  } catch (error) {
    return { code: 'not_sent', message: error instanceof Error ? error.message : String(error) };
  }
}

const NO_DEVICES = { code: 'no_devices', message: 'WhatsApp named no device of the recipient that can be written to' };

/** Whether one of these devices is the recipient's: Baileys writes to our own ones as well, and is content with that. */
function reaches(to: string, devices: readonly string[], { authState }: WASocket): boolean {
  const own = [authState.creds.me?.id, authState.creds.me?.lid].map((jid) => jidDecode(jid)?.user);
  if (own.includes(jidDecode(to)?.user)) return true;
  return devices.some((jid) => !own.includes(jidDecode(jid)?.user));
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
