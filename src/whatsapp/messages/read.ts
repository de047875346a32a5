import { type proto } from '@whiskeysockets/baileys';
import { type MessageContent } from '../../domain/message.ts';
import * as change from './kinds/change.ts';
import * as contact from './kinds/contact.ts';
import { unsupported } from './kinds/unsupported.ts';
import * as location from './kinds/location.ts';
import * as media from './kinds/media.ts';
import * as offer from './kinds/offer.ts';
import * as poll from './kinds/poll.ts';
import * as pollVote from './kinds/poll-vote.ts';
import * as reaction from './kinds/reaction.ts';
import * as reply from './kinds/reply.ts';
import * as text from './kinds/text.ts';
import { BOOKKEEPING, fieldsOf, unwrap } from './unwrap.ts';

/** One file for each kind; the first that knows the message reads it. */
const KINDS = [text, media, location, contact, poll, pollVote, reaction, reply, offer];

/**
 * What a message says; `undefined` when it is only bookkeeping between devices. A kind that we do not know
 * becomes `unsupported`, so that the backend learns at least that something came.
 */
export function readContent(message: proto.IMessage): MessageContent | undefined {
  const inner = unwrap(message);
  for (const kind of KINDS) {
    const content = kind.read(inner);
    if (content) return content;
  }
  const content = change.read(inner, readContent);
  if (content) return content;
  return isBookkeeping(inner) && !isHidden(inner, message) ? undefined : unsupported(message);
}

/** A wrapper around what the protocol that we know has no field for. */
function isHidden(inner: proto.IMessage, message: proto.IMessage): boolean {
  return inner !== message && isEmpty(inner);
}

/** Whether nothing is in there, as far as the protocol that we know goes. */
export function isEmpty(message: proto.IMessage): boolean {
  return fieldsOf(message).every((field) => field === 'messageContextInfo');
}

function isBookkeeping(message: proto.IMessage): boolean {
  return fieldsOf(message).every((field) => field === 'protocolMessage' || BOOKKEEPING.has(field));
}
