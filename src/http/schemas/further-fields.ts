import { z } from 'zod';
import { EVENT_ANSWERS } from '../../domain/outgoing.ts';
import { numberField } from '../files/form-fields.ts';
import { timeText } from './common.ts';
import { place, shortText } from './message-fields.ts';

/** A choice; in a form its text. */
export const flag = z
  .union(
    [
      z.boolean(),
      z
        .enum(['true', 'false'])
        .transform((text) => text === 'true')
        .meta({ description: 'In a form.' }),
    ],
    { error: 'must be true or false' },
  )
  .default(false);

const OWN_ID = 'must have 8 to 64 letters and digits';
/** The id that a message gets. */
export const ownId = z
  .string({ error: OWN_ID })
  .regex(/^[A-Za-z0-9]{8,64}$/, OWN_ID)
  .optional()
  .meta({
    description:
      'The id that the message gets, in place of a new one; refused when the session has a message with it. WhatsApp’s own ids are capital ' +
      'hexadecimal digits.',
    example: '3EB00000000000000000PEDIDO7',
  });

const PREVIEW = 'must be true, false, or a preview with a title';
const JPEG = 'must be a JPEG of at most 64 KiB, in base64';
const MAX_THUMBNAIL_BYTES = 64 * 1024;

const thumbnail = z
  .base64(JPEG)
  .transform((text) => Buffer.from(text, 'base64'))
  .refine(
    (bytes) => bytes.length <= MAX_THUMBNAIL_BYTES && bytes.subarray(0, 3).equals(Buffer.of(0xff, 0xd8, 0xff)),
    JPEG,
  )
  .meta({ description: 'A small JPEG in base64.' });

/** What phones show of the first address in a text: nothing, what its page says, or what the caller says. */
export const linkPreview = z
  .union(
    [
      z.boolean(),
      z.strictObject({
        title: shortText(300),
        description: shortText(1_000).nullable().default(null),
        thumbnail: thumbnail.nullable().default(null),
      }),
    ],
    { error: PREVIEW },
  )
  .default(false)
  .meta({
    description:
      'Of the first address in the text: true fetches its page; a page that says nothing, or fails, leaves the text as it is.',
  });

/** See {@link linkPreview}. */
export type RequestedPreview = z.output<typeof linkPreview>;

const COUNT = 'must be a whole number from 0 to 30';
const count = numberField.refine((value) => Number.isInteger(value) && value >= 0 && value <= 30, COUNT).default(0);

/** How many files an album has. */
export const albumCounts = { images: count, videos: count };

/** For how long a message can be pinned, as in WhatsApp's apps: a day, a week, thirty days. */
const PIN_SECONDS = [86_400, 604_800, 2_592_000] as const;
/** For how long a message is pinned. */
export const pinSeconds = numberField
  .refine((value) => PIN_SECONDS.some((seconds) => seconds === value), `must be one of ${PIN_SECONDS.join(', ')}`)
  .default(PIN_SECONDS[1])
  .meta({ description: 'A day, a week or thirty days.' });

const OPTIONS = 'must be a list of different options of the poll';
/** The options that are voted for. */
export const votes = z
  .array(shortText(255), OPTIONS)
  .max(100, OPTIONS)
  .refine((options) => new Set(options).size === options.length, OPTIONS)
  .meta({ description: 'As the poll words them; an empty list takes back an earlier vote.' });

/** Whether the account attends an event. */
export const eventAnswer = z.enum(EVENT_ANSWERS, `must be one of ${EVENT_ANSWERS.join(', ')}`);

/** An event. */
export const event = z
  .object(
    {
      name: shortText(100),
      description: shortText(2_048).nullable().default(null),
      start_at: timeText,
      end_at: timeText.nullable().default(null),
      location: place.nullable().default(null),
      join_link: z
        .url({ protocol: /^https$/, error: 'must have an https address as join_link' })
        .max(2_048)
        .nullable()
        .default(null),
      extra_guests: z.boolean().default(false).meta({ description: 'Whether guests may bring others.' }),
      canceled: z.boolean().default(false),
    },
    'must have a name and a start_at',
  )
  .refine(({ start_at, end_at }) => end_at === null || end_at > start_at, 'must end after it starts')
  .transform(({ start_at, end_at, join_link, extra_guests, ...rest }) => ({
    ...rest,
    startAtMs: start_at.getTime(),
    endAtMs: end_at?.getTime() ?? null,
    joinLink: join_link,
    extraGuests: extra_guests,
  }));
