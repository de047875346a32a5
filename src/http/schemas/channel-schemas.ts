import { z } from 'zod';
import { parseChannelId, parseChannelInvite } from '../../domain/channel.ts';
import { parsedText } from '../typed.ts';
import { fileField } from '../files/file-field.ts';
import { sessionParams } from './common.ts';
import { outgoingText } from './message-fields.ts';

const channelId = parsedText(parseChannelId, 'is not the id of a channel').meta({
  description: '`…@newsletter`, or its digits.',
  example: '120363177646727204@newsletter',
});

/** The path parameters of everything about one channel. */
export const channelParams = z.object({ ...sessionParams.shape, channelId });

/** The path parameters of a channel's link. */
export const channelInviteParams = z.object({
  ...sessionParams.shape,
  code: parsedText(parseChannelInvite, 'is not the link of a channel').meta({
    description: 'The end of the link `https://whatsapp.com/channel/…`.',
    example: '0029Va4K0PZ5a245NkngBA2M',
  }),
});

/** What is malformed is refused like something unknown. */
export const CHANNEL_REFUSALS = { channelId: 'channel_not_found', code: 'channel_not_found' } as const;

const timeOrNull = z.string().nullable();

/** A channel. */
export const channel = z
  .strictObject({
    channel_id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    invite_code: z.string().nullable().meta({ description: 'The end of its link `https://whatsapp.com/channel/…`.' }),
    subscribers: z.number().nullable(),
    is_verified: z.boolean(),
    role: z.enum(['owner', 'admin', 'subscriber', 'guest']).nullable(),
    is_muted: z.boolean().nullable(),
    created_at: timeOrNull,
  })
  .meta({ id: 'Channel' });

/** A message of a channel. */
export const channelMessage = z
  .strictObject({
    server_id: z.number(),
    message_id: z.string().nullable(),
    message_type: z.string(),
    message_content: z.string().nullable(),
    timestamp: timeOrNull,
    views: z.number().nullable(),
    reactions: z.array(z.strictObject({ emoji: z.string(), count: z.number() })),
  })
  .meta({ id: 'ChannelMessage' });

/** A channel for the documentation. */
export const EXAMPLE_CHANNEL = {
  channel_id: '120363177646727204@newsletter',
  name: 'Ofertas',
  description: 'Cada lunes',
  invite_code: '0029Va4K0PZ5a245NkngBA2M',
  subscribers: 1204,
  is_verified: false,
  role: 'subscriber',
  is_muted: false,
  created_at: '2024-01-15T10:30:00.000Z',
} as const;

const caption = outgoingText.nullable().default(null);
/** Phones show no caption of these: it would be lost silently. */
const noCaption = z.null('is not shown with this type: send it as a separate text').default(null);

/** A message with a file. */
function file<Type extends 'image' | 'video' | 'audio' | 'voice' | 'document'>(
  type: Type,
  said: z.ZodType<string | null>,
) {
  return z
    .object({ type: z.literal(type), file: fileField, caption: said })
    .meta({ id: `${type.charAt(0).toUpperCase()}${type.slice(1)}Post` })
    .transform((content) => ({ ...content, seconds: null, width: null, height: null }));
}

/** What is written in a channel. */
export const channelPost = z.discriminatedUnion(
  'type',
  [
    z
      .object({ type: z.literal('text').optional(), text: outgoingText })
      .meta({ id: 'TextPost' })
      .transform(({ text }) => ({ type: 'text' as const, text })),
    file('image', caption),
    file('video', caption),
    file('audio', noCaption),
    file('voice', noCaption),
    file('document', caption),
  ],
  { error: 'must be one of text, image, video, audio, voice, document' },
);
