import type { proto } from '@whiskeysockets/baileys';
import type { MessageContent } from '../../domain/message.ts';
import * as change from './kinds/change.ts';
import * as contact from './kinds/contact.ts';
import * as disappearingTimer from './kinds/disappearing-timer.ts';
import { unsupported } from './kinds/unsupported.ts';
import * as location from './kinds/location.ts';
import * as media from './kinds/media.ts';
import * as offer from './kinds/offer.ts';
import * as poll from './kinds/poll.ts';
import * as pollVote from './kinds/poll-vote.ts';
import * as reaction from './kinds/reaction.ts';
import * as reply from './kinds/reply.ts';
import * as text from './kinds/text.ts';
import { BOOKKEEPING, fieldsOf, isViewOnce, unwrap } from './unwrap.ts';

/** One file for each kind; the first that recognizes the message reads it. */
const KINDS = [text, media, location, contact, poll, pollVote, reaction, reply, offer, disappearingTimer];

/**
 * Reads the content of a message; `undefined` when it is only bookkeeping between devices. An unknown kind becomes
 * `unsupported`, so that the backend learns at least that something arrived.
 */
export function readContent(message: proto.IMessage): MessageContent | undefined {
  const content = readInner(unwrap(message), message);
  return content && { ...content, viewOnce: isViewOnce(message) };
}

function readInner(inner: proto.IMessage, message: proto.IMessage): MessageContent | undefined {
  for (const kind of KINDS) {
    const content = kind.read(inner);
    if (content) return content;
  }
  const content = change.read(inner, readContent);
  if (content) return content;
  return isBookkeeping(inner) && !isHidden(inner, message) ? undefined : unsupported(message);
}

/** Whether this is a wrapper around something that our protocol definition has no field for. */
function isHidden(inner: proto.IMessage, message: proto.IMessage): boolean {
  return inner !== message && isEmpty(inner);
}

/** Whether a message is empty, as far as our protocol definition goes. */
export function isEmpty(message: proto.IMessage): boolean {
  return fieldsOf(message).every((field) => field === 'messageContextInfo');
}

function isBookkeeping(message: proto.IMessage): boolean {
  return fieldsOf(message).every((field) => field === 'protocolMessage' || BOOKKEEPING.has(field));
}
