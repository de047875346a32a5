import { recipientText } from '../domain/address.ts';
import type { Draft } from '../domain/draft.ts';
import type { DraftContent } from '../domain/draft-event.ts';
import { AppError } from '../domain/errors.ts';
import { outgoingMessage, type RequestedMessage } from './schemas/message-schemas.ts';
import { parse } from './validate.ts';

/** As large as other bodies may be: that of a message may have megabytes of a file. */
const MAX_LENGTH = 512 * 1024;

/** The fields of a request that are shown beside its content. */
const TOLD_BESIDE = new Set(['number', 'reply_to', 'id']);

/** A message that waits for a person, with the id under which it will be sent. */
export type DraftMessage = RequestedMessage & { messageId: string };

/** What is stored of a message: the request itself, and what is shown of it without reading it again. */
interface StoredMessage {
  /** As the body of `POST /sessions/:sessionId/messages`. */
  requested: DraftContent;
  to: string | null;
  replyTo: string | null;
  messageId: string;
}

/** What is shown of a draft. */
interface ShownMessage extends Omit<StoredMessage, 'requested'> {
  content: DraftContent;
}

/** The text that is stored. @throws AppError `body_too_large` */
export function storedMessage(requested: unknown, message: DraftMessage): string {
  const { replyTo, messageId } = message;
  const stored = { requested, to: recipientIn(message), replyTo, messageId };
  const text = JSON.stringify(stored);
  if (text.length > MAX_LENGTH) throw new AppError('body_too_large');
  return text;
}

/** What a draft says, in the words of the request. An earlier version stored what it had understood, which is shown as it is. */
export function shownMessage({ message }: Pick<Draft, 'message'>): ShownMessage {
  const stored = JSON.parse(message) as StoredMessage | DraftMessage;
  if (!('requested' in stored)) return { ...stored, to: recipientIn(stored), content: { ...stored.content } };
  const { requested, ...shown } = stored;
  const content = Object.entries(requested).filter(([name]) => !TOLD_BESIDE.has(name));
  return { ...shown, content: Object.fromEntries(content) as DraftContent };
}

/** The message of a draft, to be sent. @throws AppError `invalid_body` if it was valid only for an earlier version */
export function messageOf({ message }: Pick<Draft, 'message'>): DraftMessage {
  const stored = JSON.parse(message, withBytes) as StoredMessage | DraftMessage;
  if (!('requested' in stored)) return stored;
  return { ...parse(outgoingMessage, stored.requested), messageId: stored.messageId };
}

/** Whom a draft is for, as text; `null` for an action on an earlier message. */
export function recipientIn({ to }: Pick<RequestedMessage, 'to'>): string | null {
  return to && recipientText(to);
}

/** A thumbnail that an earlier version stored, as Node writes bytes in JSON. */
function withBytes(key: string, value: unknown): unknown {
  const isBytes = key === 'thumbnail' && typeof value === 'object' && value !== null;
  return isBytes ? Buffer.from((value as ReturnType<Buffer['toJSON']>).data) : value;
}
