import { isoTime } from '../kit/clock.ts';
import { type IncomingMessage } from '../domain/message.ts';
import { type OutgoingContent, type OutgoingMessage } from '../domain/outgoing.ts';
import { type SessionId } from '../domain/session-id.ts';

/** How many messages are remembered of one session, and of all together. */
const OF_ONE = 100;
const OF_ALL = 10_000;
/** How many characters of a text are remembered. */
const TEXT_LENGTH = 500;

/** A message as the dashboard shows it. */
export interface RecentMessage {
  session_id: SessionId;
  message_id: string;
  direction: 'in' | 'out';
  /** ISO 8601: when it was sent, by WhatsApp's clock for what came in and by ours for what went out. */
  at: string;
  /** The conversation's JID; for a group the group's. */
  chat_id: string;
  /** Of the other side in digits: who wrote it, or whom it is for. `null` for a group, and where only a LID is known. */
  number: string | null;
  /** The name that the other side chose; `null` where none is known. */
  name: string | null;
  /** As in callbacks for what came in, as in `POST …/messages` for what went out. */
  type: string;
  /** What a person would read, cut to 500 characters; `null` where there is nothing to read. */
  text: string | null;
}

/** The last messages of each session: in memory alone, and no more than a bounded number of them. */
export class RecentMessages {
  /** The session that had a message last comes last. */
  readonly #bySession = new Map<SessionId, RecentMessage[]>();
  readonly #ofAll: number;
  #count = 0;

  /** `ofAll` bounds those of all sessions together. */
  constructor(ofAll = OF_ALL) {
    this.#ofAll = ofAll;
  }

  /** One that is told once more, with what was not known of it, takes its own place. */
  add(message: RecentMessage): void {
    const { session_id: sessionId } = message;
    const messages = this.#bySession.get(sessionId) ?? [];
    const known = messages.findIndex((each) => isSame(each, message));
    if (known >= 0) messages[known] = message;
    else {
      messages.push(message);
      this.#count += 1;
    }
    if (messages.length > OF_ONE) this.#dropOldest(messages);
    this.#bySession.delete(sessionId);
    this.#bySession.set(sessionId, messages);
    this.#makeRoom();
  }

  /** The last `limit` messages, the newest last. */
  of(sessionId: SessionId, limit: number): RecentMessage[] {
    return (this.#bySession.get(sessionId) ?? []).slice(-limit);
  }

  forget(sessionId: SessionId): void {
    this.#count -= this.#bySession.get(sessionId)?.length ?? 0;
    this.#bySession.delete(sessionId);
  }

  /** What there is too much of, is taken from the session that had no message for longest. */
  #makeRoom(): void {
    for (const [sessionId, messages] of this.#bySession) {
      while (this.#count > this.#ofAll && messages.length > 0) this.#dropOldest(messages);
      if (messages.length > 0) return;
      this.#bySession.delete(sessionId);
    }
  }

  #dropOldest(messages: RecentMessage[]): void {
    messages.shift();
    this.#count -= 1;
  }
}

const IDENTITY = ['message_id', 'chat_id', 'direction', 'number'] as const;

/** Ids are chosen by whoever writes: only the same person's, in the same conversation, is the same message. */
function isSame(one: RecentMessage, other: RecentMessage): boolean {
  return IDENTITY.every((name) => one[name] === other[name]);
}

/** A message that arrived, or that the account's owner wrote on the phone. */
export function recentlyReceived(sessionId: SessionId, message: IncomingMessage): RecentMessage {
  const { id, chatId, fromMe, sender, sentAtMs, content } = message;
  return {
    session_id: sessionId,
    message_id: id,
    direction: fromMe ? 'out' : 'in',
    at: isoTime(sentAtMs),
    chat_id: chatId,
    number: fromMe ? numberIn(chatId) : sender.number,
    name: fromMe ? null : sender.pushName,
    type: content.type,
    text: cut(content.text),
  };
}

/** A message that was sent for a caller, at this moment. */
export function recentlySent(
  sessionId: SessionId,
  { content }: Pick<OutgoingMessage, 'content'>,
  { messageId, to }: { messageId: string; to: string },
  atMs: number,
): RecentMessage {
  return {
    session_id: sessionId,
    message_id: messageId,
    direction: 'out',
    at: isoTime(atMs),
    chat_id: to,
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
  return content.type === 'reaction' ? content.emoji : null;
}

function numberIn(jid: string): string | null {
  return /^(\d+)(?::\d+)?@s\.whatsapp\.net$/.exec(jid)?.[1] ?? null;
}

/** By characters, so that none is cut in half. */
function cut(text: string | null): string | null {
  if (text === null || text.length <= TEXT_LENGTH) return text;
  return Array.from(text.slice(0, 2 * TEXT_LENGTH))
    .slice(0, TEXT_LENGTH)
    .join('');
}
