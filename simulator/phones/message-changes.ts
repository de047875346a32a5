import { proto } from '@whiskeysockets/baileys';

import { keyOf, type Reference, seal } from './message-seal.ts';

const { MESSAGE_EDIT } = proto.Message.ProtocolMessage.Type;
const { SecretEncType } = proto.Message.SecretEncryptedMessage;

/** An edit that phones send: as WhatsApp seals it since May 2026, or as it did before. */
export type EditForm = 'sealed' | 'plain';

/** What a phone says about a message, sealed with that message's secret. */
export type Answer =
  | { readonly emoji: string }
  | { readonly comment: string }
  | { readonly going: keyof typeof proto.Message.EventResponseMessage.EventResponseType };

/** Creates the message for an edit; `editedMessage` is the new content. */
export function editMessage(
  original: Reference,
  editedMessage: proto.IMessage,
  { form, editedAtMs }: { form: EditForm; editedAtMs: number },
): proto.IMessage {
  const key = keyOf(original);
  const plain = { protocolMessage: { key, type: MESSAGE_EDIT, editedMessage, timestampMs: editedAtMs } };
  if (form === 'plain') return plain;
  const payload = proto.Message.encode(plain).finish();
  const sealed = seal(payload, 'Message Edit', original);
  return {
    secretEncryptedMessage: { targetMessageKey: key, ...sealed, secretEncType: SecretEncType.MESSAGE_EDIT },
  };
}

/** Creates the message for a sealed reaction, a comment, or an answer to an event, at `atMs` (Unix ms). */
export function answerMessage(original: Reference, answer: Answer, atMs: number): proto.IMessage {
  const { ReactionMessage, EventResponseMessage } = proto.Message;
  const key = keyOf(original);
  if ('emoji' in answer) {
    const payload = ReactionMessage.encode({ text: answer.emoji, senderTimestampMs: atMs }).finish();
    return { encReactionMessage: { targetMessageKey: key, ...seal(payload, 'Enc Reaction', original) } };
  }
  if ('comment' in answer) {
    const payload = proto.Message.encode({ conversation: answer.comment }).finish();
    return { encCommentMessage: { targetMessageKey: key, ...seal(payload, 'Enc Comment', original) } };
  }
  const response = EventResponseMessage.EventResponseType[answer.going];
  const payload = EventResponseMessage.encode({ response, timestampMs: atMs }).finish();
  return { encEventResponseMessage: { eventCreationMessageKey: key, ...seal(payload, 'Event Response', original) } };
}
