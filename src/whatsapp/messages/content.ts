import { type proto } from '@whiskeysockets/baileys';
import { type MessageContent, type MessageType } from '../../domain/message.ts';
import { readContext } from './context.ts';

/** What a kind says of itself; the rest does not apply to it. */
export type ContentFields = Partial<Omit<MessageContent, 'type'>>;

/** A content of this type, with the context that stands beside it where there is one. */
export function contentOf(
  type: MessageType,
  fields: ContentFields = {},
  context?: proto.IContextInfo | null,
): MessageContent {
  return {
    ...{ type, text: null, media: null, hasFile: false },
    ...{ editedMessageId: null, deletedMessageId: null, reaction: null, poll: null, vote: null },
    ...{ location: null, contacts: [], unsupportedKeys: [] },
    ...readContext(context),
    ...fields,
  };
}

/** The first of these that says something; an empty text says nothing. */
export function firstText(...texts: (string | null | undefined)[]): string | null {
  return texts.find((text) => text !== null && text !== undefined && text !== '') ?? null;
}
