import type { IncomingMessage } from '../domain/message.ts';
import type { OutgoingContent, OutgoingMessage } from '../domain/outgoing.ts';
import type { SessionId } from '../domain/session-id.ts';

/** How many messages are kept, per session and in total. */
const MAX_PER_SESSION = 100;
const MAX_TOTAL = 10_000;
/** How many characters of a text are kept. */
const TEXT_LENGTH = 500;

/** A message for the dashboard. */
export interface RecentMessage {
  sessionId: SessionId;
  messageId: string;
  direction: 'in' | 'out';
  /** When it was sent: by WhatsApp's clock for received messages, by ours for sent ones (Unix ms). */
  atMs: number;
  /** The JID of the conversation. */
  chatId: string;
  /** The other side in digits: the sender, or the recipient. `null` for groups, and if only a LID is known. */
  number: string | null;
  /** The name that the other side chose; `null` if unknown. */
  name: string | null;
  /** As in callbacks for received messages, as in `POST …/messages` for sent ones. */
  type: string;
  /** The readable text, cut to 500 characters; `null` if there is none. */
  text: string | null;
}

/** The latest messages of each session, in memory and bounded in number. */
export class RecentMessages {
  /** Ordered by activity: the session with the latest message comes last. */
  readonly #bySession = new Map<SessionId, RecentMessage[]>();
  readonly #maxTotal: number;
  #count = 0;

  /** `maxTotal` limits the messages of all sessions together. */
  constructor(maxTotal = MAX_TOTAL) {
    this.#maxTotal = maxTotal;
  }

  /** Adds a message. One that is reported again, with more known about it, replaces the earlier version. */
  add(message: RecentMessage): void {
    const { sessionId } = message;
    const messages = this.#bySession.get(sessionId) ?? [];
    const known = messages.findIndex((each) => isSame(each, message));
    if (known >= 0) messages[known] = message;
    else {
      messages.push(message);
      this.#count += 1;
    }
    if (messages.length > MAX_PER_SESSION) this.#dropOldest(messages);
    this.#bySession.delete(sessionId);
    this.#bySession.set(sessionId, messages);
    this.#evict();
  }

  /** The latest `limit` messages, the newest last. */
  of(sessionId: SessionId, limit: number): RecentMessage[] {
    return (this.#bySession.get(sessionId) ?? []).slice(-limit);
  }

  forget(sessionId: SessionId): void {
    this.#count -= this.#bySession.get(sessionId)?.length ?? 0;
    this.#bySession.delete(sessionId);
  }

  /** Drops messages of the least recently active sessions. */
  #evict(): void {
    for (const [sessionId, messages] of this.#bySession) {
      while (this.#count > this.#maxTotal && messages.length > 0) this.#dropOldest(messages);
      if (messages.length > 0) return;
      this.#bySession.delete(sessionId);
    }
  }

  #dropOldest(messages: RecentMessage[]): void {
    messages.shift();
    this.#count -= 1;
  }
}

const IDENTITY = ['messageId', 'chatId', 'direction', 'number'] as const;

/** Senders choose message ids, so they only identify a message of the same person in the same conversation. */
function isSame(one: RecentMessage, other: RecentMessage): boolean {
  return IDENTITY.every((name) => one[name] === other[name]);
}

/** A message that was received, or that the account's owner sent from the phone. */
export function recentlyReceived(sessionId: SessionId, message: IncomingMessage): RecentMessage {
  const { id, chatId, fromMe, sender, sentAtMs, content } = message;
  return {
    sessionId,
    messageId: id,
    direction: fromMe ? 'out' : 'in',
    atMs: sentAtMs,
    chatId,
    number: fromMe ? numberIn(chatId) : sender.number,
    name: fromMe ? null : sender.pushName,
    type: content.type,
    text: cut(content.text),
  };
}

/** A message that was sent for a caller at `atMs`. */
export function recentlySent(
  sessionId: SessionId,
  { content }: Pick<OutgoingMessage, 'content'>,
  { messageId, to }: { messageId: string; to: string },
  atMs: number,
): RecentMessage {
  return {
    sessionId,
    messageId,
    direction: 'out',
    atMs,
    chatId: to,
    number: numberIn(to),
    name: null,
    type: content.type,
    text: cut(textOf(content)),
  };
}

function textOf(content: OutgoingContent): string | null {
  if ('text' in content) return content.text;
  if ('caption' in content) return content.caption;
  if (content.type === 'poll') return content.poll.name;
  if (content.type === 'event') return content.event.name;
  return content.type === 'reaction' ? content.emoji : null;
}

function numberIn(jid: string): string | null {
  return /^(\d+)(?::\d+)?@s\.whatsapp\.net$/.exec(jid)?.[1] ?? null;
}

/** Cuts by code points, so that no character is split. */
function cut(text: string | null): string | null {
  if (text === null || text.length <= TEXT_LENGTH) return text;
  return Array.from(text.slice(0, 2 * TEXT_LENGTH))
    .slice(0, TEXT_LENGTH)
    .join('');
}
