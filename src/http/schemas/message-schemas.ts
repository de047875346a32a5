import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { MEDIA_TYPES, type OutgoingContent, type OutgoingMedia, type OutgoingMessage } from '../../domain/outgoing.ts';
import { fileField, type FileSource } from '../files/file-field.ts';
import { listField, numberField } from '../files/form-fields.ts';
import { buttons, frame, listButton, sections } from './interactive-fields.ts';
import {
  albumCounts,
  event,
  eventAnswer,
  flag,
  linkPreview,
  ownId,
  pinSeconds,
  type RequestedPreview,
  votes,
} from './further-fields.ts';
import { cards, emoji, messageId, outgoingText, place, poll, recipient } from './message-fields.ts';

const MAX_MENTIONS = 1_024;

const addressed = {
  number: recipient,
  reply_to: messageId.nullable().default(null).meta({ description: 'The id of the message to reply to.' }),
  mentions: listField(recipient, 'must be a list of phone numbers')
    .refine(({ length }) => length <= MAX_MENTIONS, `must have at most ${MAX_MENTIONS} phone numbers`)
    .default([])
    .meta({ description: 'The people whom the text mentions as "@<number>".' }),
  mention_all: flag.meta({ description: 'Mentions everybody in the group, whatever the text says.' }),
  id: ownId,
};

type Addressed = z.output<z.ZodObject<typeof addressed>>;

/** A message as requested: its file, if any, has not been opened yet. */
export type RequestedMessage = Omit<OutgoingMessage, 'content'> & { content: RequestedContent };

type Text = Extract<OutgoingContent, { type: 'text' }>;

type RequestedContent =
  | Exclude<OutgoingContent, OutgoingMedia | Text>
  | (Omit<Text, 'preview'> & { preview: RequestedPreview })
  | (Omit<OutgoingMedia, 'file'> & { file: FileSource; convert: boolean });

/** What refers to an earlier message. */
const referring = { message_id: messageId, id: ownId };

/** An action on an earlier message, in the conversation of that message. */
const changed = (content: RequestedContent, id: string | undefined): RequestedMessage => ({
  ...{ to: null, content, replyTo: null, mentions: [] },
  ownId: id,
});

const withContent = (
  content: RequestedContent,
  { number, reply_to, mentions, mention_all, id }: Addressed,
): RequestedMessage => ({
  to: number,
  content,
  replyTo: reply_to,
  mentions,
  ...(mention_all && { mentionAll: true }),
  ownId: id,
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

/** For types that phones show in one way only. */
const notOnce = z.literal(false, 'is not possible with this type').default(false);
const once = flag.meta({ description: 'Whether it can be viewed only once.' });
const album = messageId.optional().meta({ description: 'The id of the message of type album that it belongs to.' });
const always = {
  view_once: notOnce,
  gif: notOnce,
  note: notOnce,
  convert: notOnce,
  album: z
    .null('is not possible with this type')
    .optional()
    .transform(() => undefined),
};
const convert = flag.meta({
  description: 'Converts a file that WhatsApp would not show as this type; needs ffmpeg on the server.',
});
const asVideo = {
  convert,
  gif: flag.meta({ description: 'Plays by itself, again and again, without sound.' }),
  note: flag.meta({ description: 'A round video note; it has no caption.' }),
};

/** The optional fields of a file; each type supports some of them. */
type MediaFields = Record<'seconds' | 'width' | 'height', z.ZodType<number | null>> &
  Record<'view_once' | 'gif' | 'note' | 'convert', z.ZodType<boolean>> & {
    caption: z.ZodType<string | null>;
    album: z.ZodType<string | undefined>;
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
    .refine(({ gif, note, caption: said }) => !note || (!gif && said === null), {
      path: ['note'],
      message: 'excludes gif and caption',
    })
    .transform(({ type: kind, file, caption: said, seconds: plays, width, height, album: of, ...rest }) =>
      withContent(
        {
          ...{ type: kind, file, caption: said, seconds: plays, width, height, album: of },
          ...(rest.view_once && { viewOnce: true }),
          convert: rest.convert,
          shownAs: rest.note ? 'note' : rest.gif ? 'gif' : undefined,
        },
        rest,
      ),
    );
}

/** Types that WhatsApp's apps show only when they come from its business servers. */
const NOT_SHOWN = ['template', 'interactive'] as const;

/** The body of `POST /sessions/:sessionId/messages`. @throws AppError `message_type_not_shown` */
export const outgoingMessage = z.discriminatedUnion(
  'type',
  [
    z
      .object({ type: z.literal('text'), ...addressed, text: outgoingText, link_preview: linkPreview })
      .meta({ id: nameOf('text') })
      .transform(({ type, text, link_preview: preview, ...rest }) => withContent({ type, text, preview }, rest)),
    media('image', { ...always, caption, seconds: noSeconds, ...pixels, view_once: once, album }),
    media('video', { ...always, caption, seconds, ...pixels, ...asVideo, view_once: once, album }),
    media('audio', { ...always, caption: noCaption, seconds, ...noPixels }),
    media('voice', { ...always, caption: noCaption, seconds, ...noPixels, view_once: once, convert }),
    media('document', { ...always, caption, seconds: noSeconds, ...noPixels }),
    media('sticker', { ...always, caption: noCaption, seconds: noSeconds, ...pixels, convert }),
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
      .object({ type: z.literal('album'), ...addressed, ...albumCounts })
      .refine(({ images, videos }) => images + videos >= 2, {
        path: ['images'],
        message: 'and videos must be 2 or more together',
      })
      .meta({ id: nameOf('album') })
      .transform(({ type, images, videos, ...rest }) => withContent({ type, images, videos }, rest)),
    z
      .object({ type: z.literal('event'), ...addressed, event })
      .meta({ id: nameOf('event') })
      .transform(({ type, event: planned, ...rest }) => withContent({ type, event: planned }, rest)),
    z
      .object({ type: z.literal('reaction'), ...referring, emoji })
      .meta({ id: nameOf('reaction') })
      .transform(({ type, message_id, emoji: chosen, id }) =>
        changed({ type, messageId: message_id, emoji: chosen }, id),
      ),
    z
      .object({ type: z.literal('edit'), ...referring, text: outgoingText })
      .meta({ id: nameOf('edit') })
      .transform(({ type, message_id, text, id }) => changed({ type, messageId: message_id, text }, id)),
    z
      .object({ type: z.literal('delete'), ...referring })
      .meta({ id: nameOf('delete') })
      .transform(({ type, message_id, id }) => changed({ type, messageId: message_id }, id)),
    z
      .object({ type: z.literal('pin'), ...referring, pinned: flag.default(true), seconds: pinSeconds })
      .meta({ id: nameOf('pin') })
      .transform(({ type, message_id, pinned, seconds: shown, id }) =>
        changed({ type, messageId: message_id, pinned, seconds: shown }, id),
      ),
    z
      .object({ type: z.literal('keep'), ...referring, kept: flag.default(true) })
      .meta({ id: nameOf('keep') })
      .transform(({ type, message_id, kept, id }) => changed({ type, messageId: message_id, kept }, id)),
    z
      .object({ type: z.literal('vote'), ...referring, options: votes })
      .meta({ id: nameOf('vote') })
      .transform(({ type, message_id, options, id }) => changed({ type, messageId: message_id, options }, id)),
    z
      .object({ type: z.literal('event_answer'), ...referring, answer: eventAnswer })
      .meta({ id: 'EventAnswerMessage' })
      .transform(({ type, message_id, answer, id }) => changed({ type, messageId: message_id, answer }, id)),
    z
      .object({ type: z.literal('forward'), number: recipient, ...referring })
      .meta({ id: nameOf('forward') })
      .transform(({ type, number, message_id, id }) => ({
        ...changed({ type, messageId: message_id }, id),
        to: number,
      })),
    z
      .object({ type: z.enum(NOT_SHOWN) })
      .meta({ id: 'NotShownMessage', description: 'Refused: `message_type_not_shown`.' })
      .transform((): RequestedMessage => {
        throw new AppError('message_type_not_shown');
      }),
  ],
  {
    error: `must be one of text, ${MEDIA_TYPES.join(', ')}, location, contact, poll, event, album, buttons, list, reaction, edit, delete, pin, keep, vote, event_answer, forward`,
  },
);
