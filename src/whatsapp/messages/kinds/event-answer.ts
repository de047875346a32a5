import { proto, type WAMessage } from '@whiskeysockets/baileys';
import { AppError } from '../../../domain/errors.ts';
import type { EventAnswer } from '../../../domain/outgoing.ts';
import { contentOf, firstText } from '../content.ts';
import { seal } from '../seal.ts';
import { unwrap } from '../unwrap.ts';
import type { Sealed } from './sealed-form.ts';

const { EventResponseMessage } = proto.Message;
const { GOING, NOT_GOING, MAYBE } = EventResponseMessage.EventResponseType;
const RESPONSES: Readonly<Record<EventAnswer, proto.Message.EventResponseMessage.EventResponseType>> = {
  going: GOING,
  not_going: NOT_GOING,
  maybe: MAYBE,
};
const ANSWERS = new Map<unknown, string>(Object.entries(RESPONSES).map(([answer, response]) => [response, answer]));

/** Finds the answer that is sealed in this part of a message. */
export function find(payload: proto.Message.IEncEventResponseMessage): Sealed {
  const target = payload.eventCreationMessageKey ?? {};
  const quotedMessageId = firstText(target.id);
  const contentFor = (text: string | null) => contentOf('event_answer', { text, quotedMessageId });
  return {
    ...{ useCase: 'Event Response', payload, target, claim: contentFor(null) },
    read: (opened) => contentFor(ANSWERS.get(EventResponseMessage.decode(opened).response) ?? null),
  };
}

/** With what an answer is written: how the chat names the author of the event and the account, and when (Unix ms). */
interface Answering {
  parties: { author: string; own: string } | undefined;
  nowMs: number;
}

/**
 * Writes an answer, which replaces earlier ones of the account.
 * @throws AppError `message_not_suitable` when there is no such event, or it was canceled
 */
export function write(
  { key, message }: Pick<WAMessage, 'key' | 'message'>,
  answer: EventAnswer,
  { parties, nowMs }: Answering,
): proto.IMessage {
  const original = message ?? {};
  const { eventMessage } = unwrap(original);
  if (!eventMessage) throw unsuitable('Only events can be answered so.');
  if (eventMessage.isCanceled) throw unsuitable('This event was canceled.');
  const payload = EventResponseMessage.encode({ response: RESPONSES[answer], timestampMs: nowMs }).finish();
  const { author = '', own: sender = '' } = parties ?? {};
  const sealed = seal(payload, 'Event Response', { messageId: key.id ?? '', original, parties: { author, sender } });
  if (!sealed) throw unsuitable('The event came without the secret that answers are sealed with.');
  return { encEventResponseMessage: { eventCreationMessageKey: key, ...sealed } };
}

function unsuitable(message: string): AppError {
  return new AppError('message_not_suitable', { message });
}
