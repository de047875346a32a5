import { proto } from '@whiskeysockets/baileys';
import { contentOf, firstText } from '../content.ts';
import { unwrap } from '../unwrap.ts';
import { editOf } from './change.ts';
import * as eventAnswer from './event-answer.ts';
import * as reaction from './reaction.ts';
import type { Sealed } from './sealed-form.ts';

const { EventMessage, ReactionMessage } = proto.Message;
const { EVENT_EDIT, MESSAGE_EDIT } = proto.Message.SecretEncryptedMessage.SecretEncType;

/** Finds what is sealed in a message; `undefined` when it is of another kind. Votes in polls are a kind of their own. */
export function find(message: proto.IMessage): Sealed | undefined {
  const { secretEncryptedMessage, encReactionMessage, encCommentMessage, encEventResponseMessage } = unwrap(message);
  if (secretEncryptedMessage) return edit(secretEncryptedMessage);
  if (encReactionMessage) return sealedReaction(encReactionMessage);
  if (encCommentMessage) return comment(encCommentMessage);
  return encEventResponseMessage ? eventAnswer.find(encEventResponseMessage) : undefined;
}

function edit(payload: proto.Message.ISecretEncryptedMessage): Sealed | undefined {
  const target = payload.targetMessageKey ?? {};
  const messageId = firstText(target.id);
  const of = { payload, target, claim: contentOf('edit', { editedMessageId: messageId }) };
  const read = (newForm: (opened: Uint8Array) => proto.IMessage | undefined): Sealed['read'] => {
    return (opened, readContent) => {
      const content = readContent(newForm(opened) ?? {});
      return content && { ...content, type: 'edit', editedMessageId: messageId };
    };
  };
  if (payload.secretEncType === MESSAGE_EDIT) return { ...of, useCase: 'Message Edit', read: read(editedMessage) };
  if (payload.secretEncType === EVENT_EDIT) return { ...of, useCase: 'Event Edit', read: read(editedEvent) };
  return undefined;
}

/** What is sealed is the edit in its old form, or only the new content. */
function editedMessage(opened: Uint8Array): proto.IMessage | undefined {
  const message = proto.Message.decode(opened);
  const change = unwrap(message).protocolMessage;
  return change ? editOf(change) : message;
}

/** What is sealed is a message with the event, or only the event. */
function editedEvent(opened: Uint8Array): proto.IMessage {
  const { eventMessage } = proto.Message.decode(opened);
  return { eventMessage: eventMessage ?? EventMessage.decode(opened) };
}

function sealedReaction(payload: proto.Message.IEncReactionMessage): Sealed {
  const target = payload.targetMessageKey ?? {};
  const contentFor = (text: string | null) =>
    reaction.read({ reactionMessage: { key: target, text } }) ?? contentOf('reaction');
  return {
    ...{ useCase: 'Enc Reaction', payload, target, claim: contentFor(null) },
    read: (opened) => contentFor(firstText(ReactionMessage.decode(opened).text)),
  };
}

/** A comment is told as what it says, in reply to the message that it is about. */
function comment(payload: proto.Message.IEncCommentMessage): Sealed {
  const target = payload.targetMessageKey ?? {};
  const quotedMessageId = firstText(target.id);
  return {
    ...{ useCase: 'Enc Comment', payload, target, claim: contentOf('text', { quotedMessageId }) },
    read: (opened, readContent) => {
      const content = readContent(proto.Message.decode(opened));
      return content && { ...content, quotedMessageId };
    },
  };
}
