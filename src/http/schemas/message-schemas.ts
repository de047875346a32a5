import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { MEDIA_TYPES, type OutgoingContent, type OutgoingMedia, type OutgoingMessage } from '../../domain/outgoing.ts';
import { fileField, type FileSource } from '../files/file-field.ts';
import { listField, numberField } from '../files/form-fields.ts';
import { buttons, frame, listButton, sections } from './interactive-fields.ts';
import { cards, emoji, messageId, outgoingText, place, poll, recipient } from './message-fields.ts';

const MAX_MENTIONS = 1_024;

const addressed = {
  number: recipient,
  reply_to: messageId.nullable().default(null).meta({ description: 'The id of the message to reply to.' }),
  mentions: listField(recipient, 'must be a list of phone numbers')
    .refine(({ length }) => length <= MAX_MENTIONS, `must have at most ${MAX_MENTIONS} phone numbers`)
    .default([])
    .meta({ description: 'The people whom the text mentions as "@<number>".' }),
};

type Addressed = z.output<z.ZodObject<typeof addressed>>;

/** A message as requested: its file, if any, has not been opened yet. */
export type RequestedMessage = Omit<OutgoingMessage, 'content'> & { content: RequestedContent };

type RequestedContent = Exclude<OutgoingContent, OutgoingMedia> | (Omit<OutgoingMedia, 'file'> & { file: FileSource });

/** An action on an earlier message, in the conversation of that message. */
const changed = (content: RequestedContent): RequestedMessage => ({ to: null, content, replyTo: null, mentions: [] });

const withContent = (content: RequestedContent, { number, reply_to, mentions }: Addressed): RequestedMessage => ({
  to: number,
  content,
  replyTo: reply_to,
  mentions,
});

const measure = (what: string) =>
  numberField
    .refine((value) => Number.isInteger(value) && value > 0 && value < 1_000_000, `must be a whole number of ${what}`)
    .nullable()
    .default(null);

const caption = outgoingText.nullable().default(null);
/** For types that phones show without a caption: it would be lost silently. */
const noCaption = z.null('is not shown with this type: send it as a separate text').default(null);
const pixels = { width: measure('pixels'), height: measure('pixels') };
const noPixels = { width: z.null().default(null), height: z.null().default(null) };
const seconds = measure('seconds').meta({ description: 'The duration; read from the file for voice notes.' });
const noSeconds = z.null().default(null);

/** The optional fields of a file; each type supports some of them. */
type MediaFields = Record<'seconds' | 'width' | 'height', z.ZodType<number | null>> & {
  caption: z.ZodType<string | null>;
};

/** The name in the documentation: `TextMessage`. */
function nameOf(type: RequestedContent['type']): string {
  return `${type.charAt(0).toUpperCase()}${type.slice(1)}Message`;
}

/** A type of message with a file. */
function media(type: OutgoingMedia['type'], fields: MediaFields) {
  return z
    .object({ type: z.literal(type), ...addressed, file: fileField, ...fields })
    .meta({ id: nameOf(type) })
    .transform(({ number, reply_to, mentions, ...content }) => withContent(content, { number, reply_to, mentions }));
}

/** Types that WhatsApp's apps show only when they come from its business servers. */
const NOT_SHOWN = ['template', 'interactive'] as const;

/** The body of `POST /sessions/:sessionId/messages`. @throws AppError `message_type_not_shown` */
export const outgoingMessage = z.discriminatedUnion(
  'type',
  [
    z
      .object({ type: z.literal('text'), ...addressed, text: outgoingText })
      .meta({ id: nameOf('text') })
      .transform(({ type, text, ...rest }) => withContent({ type, text }, rest)),
    media('image', { caption, seconds: noSeconds, ...pixels }),
    media('video', { caption, seconds, ...pixels }),
    media('audio', { caption: noCaption, seconds, ...noPixels }),
    media('voice', { caption: noCaption, seconds, ...noPixels }),
    media('document', { caption, seconds: noSeconds, ...noPixels }),
    media('sticker', { caption: noCaption, seconds: noSeconds, ...pixels }),
    z
      .object({ type: z.literal('location'), ...addressed, location: place })
      .meta({ id: nameOf('location') })
      .transform(({ type, location, ...rest }) => withContent({ type, location }, rest)),
    z
      .object({ type: z.literal('contact'), ...addressed, contacts: cards })
      .meta({ id: nameOf('contact') })
      .transform(({ type, contacts, ...rest }) => withContent({ type, contacts }, rest)),
    z
      .object({ type: z.literal('poll'), ...addressed, poll })
      .meta({ id: nameOf('poll') })
      .transform(({ type, poll: asked, ...rest }) => withContent({ type, poll: asked }, rest)),
    z
      .object({ type: z.literal('buttons'), ...addressed, ...frame, buttons })
      .meta({ id: nameOf('buttons') })
      .transform(({ type, header, text, footer, buttons: shown, ...rest }) =>
        withContent({ type, header, text, footer, buttons: shown }, rest),
      ),
    z
      .object({ type: z.literal('list'), ...addressed, ...frame, button: listButton, sections })
      .meta({ id: nameOf('list') })
      .transform(({ type, header, text, footer, button, sections: shown, ...rest }) =>
        withContent({ type, header, text, footer, button, sections: shown }, rest),
      ),
    z
      .object({ type: z.literal('reaction'), message_id: messageId, emoji })
      .meta({ id: nameOf('reaction') })
      .transform(({ type, message_id, emoji: chosen }) => changed({ type, messageId: message_id, emoji: chosen })),
    z
      .object({ type: z.literal('edit'), message_id: messageId, text: outgoingText })
      .meta({ id: nameOf('edit') })
      .transform(({ type, message_id, text }) => changed({ type, messageId: message_id, text })),
    z
      .object({ type: z.literal('delete'), message_id: messageId })
      .meta({ id: nameOf('delete') })
      .transform(({ type, message_id }) => changed({ type, messageId: message_id })),
    z
      .object({ type: z.literal('forward'), number: recipient, message_id: messageId })
      .meta({ id: nameOf('forward') })
      .transform(({ type, number, message_id }) => ({ ...changed({ type, messageId: message_id }), to: number })),
    z
      .object({ type: z.enum(NOT_SHOWN) })
      .meta({ id: 'NotShownMessage', description: 'Refused: `message_type_not_shown`.' })
      .transform((): RequestedMessage => {
        throw new AppError('message_type_not_shown');
      }),
  ],
  {
    error: `must be one of text, ${MEDIA_TYPES.join(', ')}, location, contact, poll, buttons, list, reaction, edit, delete, forward`,
  },
);
