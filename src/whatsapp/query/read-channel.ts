import { type BinaryNode, getBinaryNodeChild, getBinaryNodeChildren, proto } from '@whiskeysockets/baileys';
import { type Channel, type ChannelMessage, type ChannelRole, parseChannelId } from '../../domain/channel.ts';
import { readContent } from '../messages/read.ts';
import { boundedText } from './read-profile.ts';

/** More than WhatsApp allows. */
const LONGEST = { name: 200, description: 4_096, text: 65_536, emoji: 32 };
const MOST_REACTIONS = 50;
const MAX_TIME_MS = 8.64e15;
const ROLES: readonly ChannelRole[] = ['owner', 'admin', 'subscriber', 'guest'];

/** A part of an answer, of which nothing is known. */
type Part = Readonly<Record<string, unknown>>;

/** Reads what WhatsApp says of a channel; `undefined` when it is none. */
export function readChannel(answer: unknown): Channel | undefined {
  const channel = part(answer);
  const [facts, viewer] = [part(channel.thread_metadata), part(channel.viewer_metadata)];
  const channelId = typeof channel.id === 'string' ? parseChannelId(channel.id) : undefined;
  if (channelId === undefined || part(channel.state).type === 'DELETED') return undefined;
  const { mute } = viewer;
  const created = count(facts.creation_time);
  return {
    channelId,
    name: boundedText(part(facts.name).text, LONGEST.name) ?? '',
    description: boundedText(part(facts.description).text, LONGEST.description),
    inviteCode: boundedText(facts.invite, 64),
    subscribers: count(facts.subscribers_count),
    isVerified: facts.verification === 'VERIFIED',
    role: ROLES.find((role) => role.toUpperCase() === viewer.role) ?? null,
    isMuted: typeof mute === 'string' ? mute === 'ON' : null,
    createdAtMs: created === null ? null : timeOf(created),
  };
}

/** Reads the messages of a channel; what has no number is none. */
export function readMessages(answer: BinaryNode): ChannelMessage[] {
  const messages = getBinaryNodeChildren(getBinaryNodeChild(answer, 'messages'), 'message');
  return messages
    .flatMap((message) => readMessage(message) ?? [])
    .toSorted((one, other) => other.serverId - one.serverId);
}

function readMessage(message: BinaryNode): ChannelMessage | undefined {
  const { server_id: serverId, id, t } = message.attrs;
  const number = count(serverId);
  if (number === null) return undefined;
  const sent = count(t);
  const reactions = getBinaryNodeChildren(getBinaryNodeChild(message, 'reactions'), 'reaction');
  return {
    ...{ serverId: number, messageId: boundedText(id, 128), ...contentOf(message) },
    sentAtMs: sent === null ? null : timeOf(sent),
    views: count(getBinaryNodeChild(message, 'views_count')?.attrs.count),
    reactions: reactions.slice(0, MOST_REACTIONS).flatMap(({ attrs }) => {
      const [emoji, times] = [boundedText(attrs.code, LONGEST.emoji), count(attrs.count)];
      return emoji === null || times === null ? [] : [{ emoji, count: times }];
    }),
  };
}

function contentOf(message: BinaryNode): Pick<ChannelMessage, 'type' | 'text'> {
  const plaintext = getBinaryNodeChild(message, 'plaintext')?.content;
  try {
    const read = plaintext instanceof Uint8Array ? readContent(proto.Message.decode(plaintext)) : undefined;
    return { type: read?.type ?? 'unsupported', text: boundedText(read?.text, LONGEST.text) };
  } catch {
    return { type: 'unsupported', text: null };
  }
}

function part(value: unknown): Part {
  return typeof value === 'object' && value !== null ? (value as Part) : {};
}

/** WhatsApp writes numbers as texts. */
function count(value: unknown): number | null {
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) && number >= 0 ? number : null;
}

function timeOf(seconds: number): number | null {
  const ms = seconds * 1000;
  return ms > 0 && ms <= MAX_TIME_MS ? ms : null;
}
