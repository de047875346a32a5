import type { proto } from '@whiskeysockets/baileys';
import type { MessageContent, MessageType } from '../../domain/message.ts';
import { readContext } from './context.ts';

/** The fields that a kind sets; the others do not apply to it. */
export type ContentFields = Partial<Omit<MessageContent, 'type'>>;

/** Creates a content of this type, with the message's context if there is one. */
export function contentOf(
  type: MessageType,
  fields: ContentFields = {},
  context?: proto.IContextInfo | null,
): MessageContent {
  return {
    ...{ type, text: null, media: null, hasFile: false },
    ...{ editedMessageId: null, deletedMessageId: null, reaction: null, poll: null, vote: null },
    ...{ location: null, contacts: [], seconds: null, unsupportedKeys: [] },
    ...{ viewOnce: false, ...readContext(context) },
    ...fields,
  };
}

/** Returns the first text that is not empty. */
export function firstText(...texts: (string | null | undefined)[]): string | null {
  return texts.find((text) => text !== null && text !== undefined && text !== '') ?? null;
}
