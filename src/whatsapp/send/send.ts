import { proto, type WAMessage, type WASocket } from '@whiskeysockets/baileys';
import type { Recipient } from '../../domain/address.ts';
import { isChannel } from '../../domain/channel.ts';
import { AppError } from '../../domain/errors.ts';
import { isMedia, newMessageId, type OutgoingContent, type OutgoingMessage } from '../../domain/outgoing.ts';
import type { VoteCast } from '../../domain/poll.ts';
import { STATUS_JID } from '../../domain/post.ts';
import type { Clock } from '../../kit/clock.ts';
import { systemRandom } from '../../kit/random.ts';
import type { EncodedMessage, PreparedMessage, SendOutcome, Waiting } from '../../ports/connection.ts';
import { isGroup, lidOf, numberOf, withoutDevice } from '../addressing/jid.ts';
import { peopleOf } from '../addressing/people.ts';
import type { RecipientLookup } from '../addressing/recipient-lookup.ts';
import type { WireAddresses } from '../addressing/wire-address.ts';
import { oggSeconds } from '../media/ogg-duration.ts';
import { firstText } from '../messages/content.ts';
import { writeContext } from '../messages/context.ts';
import { membership } from '../messages/kinds/album.ts';
import { kindOf } from '../messages/kinds/media.ts';
import type { MediaKind, UploadedFile } from '../messages/media-kind.ts';
import { wrapped, writeContent, writtenBefore, type WrittenMessage } from '../messages/write.ts';
import type { KnownMessages } from '../receive/known-messages.ts';
import type { Acks } from './acks.ts';
import { type ChatTimers, timerFor } from './chat-timer.ts';
import { relay, type RelayDeps } from './relay.ts';
import type { SecondAddress, Sent } from './second-address.ts';
import { asStatus, audienceOf } from './status.ts';

/** What sending over one connection works with. */
export interface SendDeps extends RelayDeps, ChatTimers {
  socket: WASocket;
  acks: Acks;
  lookup: RecipientLookup;
  addresses: WireAddresses;
  secondAddress: Pick<SecondAddress, 'watch'>;
  knownMessages: KnownMessages;
  /** Rejects with `group_not_found` for a group that the account is not in, before anything is written or stored. */
  groupMetadata: ChatTimers['groupMetadata'];
  clock: Clock;
  /** Uploads a file to WhatsApp's media host. */
  upload: (path: string, kind: MediaKind) => Promise<UploadedFile>;
  /** Uploads a file for a channel. */
  uploadPlain: SendDeps['upload'];
  /** Runs work as this connection's, so that its exceptions are attributed to it. */
  withinConnection: <Result>(work: () => Result) => Result;
}

/** A message whose recipient, and the message that it refers to, are known. */
interface Resolved {
  message: OutgoingMessage;
  target: WAMessage | undefined;
  to: string;
  toNumber: string | null;
  /** Whom a status is encrypted for. */
  audience: readonly string[] | undefined;
}

/** The first of three steps of a send: who the message goes to, and what it refers to. See {@link PreparedMessage}. */
export function prepare(deps: SendDeps, message: OutgoingMessage): Promise<PreparedMessage> {
  return deps.withinConnection(async () => {
    const target = await referred(deps, 'messageId' in message.content ? message.content.messageId : null);
    const to = await chatFor(deps, message, target);
    if (isGroup(to)) await deps.groupMetadata(to);
    const audience = to === STATUS_JID ? await audienceOf(deps, message.status) : undefined;
    const toNumber = await numberAt(deps.socket, to);
    const resolved = { message, target, to, toNumber, audience };
    return { to, toNumber, encode: (earlier?: Uint8Array) => encode(deps, resolved, earlier) };
  });
}

async function chatFor(
  deps: SendDeps,
  { to, status }: OutgoingMessage,
  target: WAMessage | undefined,
): Promise<string> {
  if (to) return deps.lookup.find(deps.socket, to);
  if (status && target && chatOf(target) !== STATUS_JID)
    throw new AppError('message_not_suitable', { message: NO_STATUS });
  return target ? chatOf(target) : STATUS_JID;
}

const NO_STATUS = 'This message is no status.';

/** The second step: the message as it goes over the wire. */
function encode(deps: SendDeps, resolved: Resolved, earlier?: Uint8Array): Promise<EncodedMessage> {
  return deps.withinConnection(async (): Promise<EncodedMessage> => {
    const { to, toNumber, audience } = resolved;
    const address = await deps.addresses.of(deps.socket, to);
    // What names a file in a channel is not in the content: it is uploaded again.
    const written =
      earlier && !(isChannel(to) && isMedia(resolved.message.content))
        ? writtenBefore(resolved.message.content, earlier, { target: resolved.target, nowMs: deps.clock.now() })
        : await write(deps, { ...resolved, to: address });
    const messageId = resolved.message.messageId ?? newMessageId(systemRandom);
    const content = proto.Message.encode(written.message).finish();
    return {
      sent: { messageId, to, toNumber, content },
      vote: voteIn(resolved.message.content, deps),
      transmit: (stored, waiting) =>
        transmit(deps, { recipient: to, ready: { to: address, messageId, written, stored, audience }, ...waiting }),
    };
  });
}

/**
 * The last step: Baileys encrypts and sends the message, and WhatsApp acknowledges it. Baileys resolves as soon as the
 * operating system has the bytes, which says nothing of WhatsApp.
 */
function transmit(deps: SendDeps, { ready, recipient, isKnown, ackTimeoutMs }: Transmission): Promise<SendOutcome> {
  return deps.withinConnection(async () => {
    const { messageId, stored } = ready;
    // Encryption begins at once, so that its keys and the message share a commit; nothing is sent before that.
    const relaying = deps.addresses.forSending(deps.socket, ready.to).then((to) => {
      const addressed = { ...ready, to };
      deps.secondAddress.watch({ ready: addressed, recipient, isKnown });
      return relay(deps, addressed);
    });
    await stored;
    const acknowledged = deps.acks.expect(messageId, ackTimeoutMs);
    // Baileys' own queries may hang; the caller waits for them no longer than for the acknowledgement.
    const ack = await Promise.race([acknowledged, relaying.then((failure) => failure ?? acknowledged)]);
    // WhatsApp also acknowledges what no device of the recipient can decrypt; by then Baileys has little left to do.
    const failure = ack.status === 'sent' ? await relaying : undefined;
    return { messageId, to: recipient, ...(failure ?? ack) };
  });
}

/** A message that is being sent, and how long its acknowledgement is awaited. */
type Transmission = Sent & Waiting;

async function write(deps: SendDeps, { message: outgoing, target: known, to }: Resolved): Promise<WrittenMessage> {
  const { content, replyTo } = outgoing;
  const target = await addressed(deps, known, to);
  const quoted = await addressed(deps, await referred(deps, replyTo), to);
  const context = {
    chatId: to,
    quoted: quoted && { message: quoted, author: authorOf(quoted, deps.socket) },
    mentions: await mentioned(deps, outgoing, to),
    timer: to === STATUS_JID || isChannel(to) ? undefined : await timerFor(deps, to, content),
  };
  const album = await albumOf(deps, content, to);
  const send = isChannel(to) ? deps.uploadPlain : deps.upload;
  const uploaded = isMedia(content) ? await send(content.file.path, kindOf(content)) : undefined;
  const parties = target && { author: authorOf(target, deps.socket), own: ownNameIn(target, deps.socket) };
  const writing = { target, uploaded, parties, album, nowMs: deps.clock.now() };
  const message = asStatus(writeContent(await timed(content), writing), outgoing);
  return wrapped(content, writeContext(message, context), writing);
}

/** The people whom it names and, if it mentions everybody, the members of its group. */
async function mentioned(deps: SendDeps, { mentions, mentionAll }: OutgoingMessage, to: string): Promise<string[]> {
  const named = await addresses(deps, mentions);
  if (mentionAll !== true) return named;
  if (!isGroup(to))
    throw new AppError('message_not_suitable', { message: 'Everybody can be mentioned in a group only.' });
  const { participants = [] } = await deps.groupMetadata(to);
  return [...new Set([...named, ...participants.map(({ id }) => withoutDevice(id))])];
}

/** What says that a file belongs to the album that it names. */
async function albumOf(deps: SendDeps, content: OutgoingContent, to: string) {
  if (!isMedia(content) || content.album === undefined) return undefined;
  const known = await addressed(deps, await referred(deps, content.album), to);
  return known && membership(known, to);
}

/** The earlier message as the chat with the person at this address names it, if it is in that chat. */
async function addressed(
  { socket }: SendDeps,
  message: WAMessage | undefined,
  to: string,
): Promise<WAMessage | undefined> {
  const chat = chatOf(message);
  if (!message || chat === to || isGroup(chat) || isGroup(to)) return message;
  const [one, other] = await peopleOf(socket.authState.keys, [[chat], [to]]);
  const isSame = one && other && (one.number ?? one.lid) === (other.number ?? other.lid);
  return isSame ? { ...message, key: { ...message.key, remoteJid: to } } : message;
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

/** A vote in a poll, as the results count it. */
function voteIn(content: OutgoingContent, { socket, clock }: SendDeps): VoteCast | undefined {
  if (content.type !== 'vote') return undefined;
  const { id, lid } = socket.authState.creds.me ?? {};
  const names = [numberOf(id), lidOf(lid)].filter((name) => name !== null);
  const { messageId: pollId, options } = content;
  return { pollId, options: [...options], votedAtMs: clock.now(), voter: names[0] ?? '', names };
}

/** One at a time: all of them share one cache of numbers. */
async function addresses({ lookup, socket }: SendDeps, people: readonly Recipient[]): Promise<string[]> {
  const jids: string[] = [];
  for (const person of people) jids.push(await lookup.find(socket, person));
  return jids;
}

function chatOf(target: WAMessage | undefined): string {
  return withoutDevice(target?.key.remoteJid ?? '');
}

/** How a chat names the account to the author of a message in it. */
function ownNameIn(message: WAMessage, socket: WASocket): string {
  const { me } = socket.authState.creds;
  const isByLid = lidOf(authorOf(message, socket)) !== null;
  return withoutDevice((isByLid ? me?.lid : undefined) ?? me?.id ?? '');
}

/** Who wrote a message: in groups the participant, else the chat itself, or we, named as the chat names people. */
function authorOf({ key }: WAMessage, { authState }: WASocket): string {
  const { me } = authState.creds;
  const own = lidOf(key.remoteJid) === null ? me?.id : (me?.lid ?? me?.id);
  // Outside of groups it is an empty text.
  const jid = key.fromMe ? own : firstText(key.participant, key.remoteJid);
  return withoutDevice(jid ?? '');
}

async function numberAt(socket: WASocket, jid: string): Promise<string | null> {
  if (isGroup(jid) || isChannel(jid) || jid === STATUS_JID) return null;
  return numberOf(jid) ?? numberOf(await socket.signalRepository.lidMapping.getPNForLID(jid));
}
