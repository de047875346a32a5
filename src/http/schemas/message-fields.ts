import { z } from 'zod';
import { parseRecipient } from '../../domain/address.ts';
import type { ContactCard } from '../../domain/message.ts';
import { numberText, typed } from '../typed.ts';

/** The longest text that WhatsApp accepts, in UTF-16 code units as JavaScript counts (contract 1.2). */
const MAX_TEXT_LENGTH = 65_536;
/** The limits of WhatsApp's own apps. */
const MAX_POLL = { name: 255, option: 100, options: 12 };
const MAX_CARDS = 100;

const RECIPIENT = 'is not a phone number with country code';
/** The recipient of a message. */
export const recipient = numberText(RECIPIENT).transform(typed(parseRecipient, RECIPIENT)).meta({
  id: 'Recipient',
  description: 'Digits with country code, formatted or not, or a WhatsApp address.',
  example: '5491234567890',
});

/** A text to send. Half an emoji, as left by truncation, cannot be encoded in UTF-8: it is sent as U+FFFD. */
export const outgoingText = z
  .string()
  .max(MAX_TEXT_LENGTH)
  .refine((message) => message.trim() !== '')
  .transform((message) => message.toWellFormed())
  .meta({ description: 'The text, up to 65,536 characters.', example: 'Hola desde WhatsApp!' });

/** A short text: 1 to `max` characters, not only spaces. */
export const shortText = (max: number) =>
  z
    .string({ error: 'must be a text' })
    .max(max, `must have at most ${max} characters`)
    .refine((text) => text.trim() !== '', 'must not be empty')
    .transform((text) => text.toWellFormed());

/** A reference to a message. */
export const messageId = z
  .string({ error: 'must be the id of a message' })
  .regex(/^[\x21-\x7e]{1,128}$/, 'must be the id of a message')
  .meta({
    id: 'MessageId',
    description: 'The id of an earlier message of this session.',
    example: '3EB0C767D097B7C7C1A5',
  });

const degrees = (limit: number) => z.number(`must be a number from -${limit} to ${limit}`).min(-limit).max(limit);

/** A location to share. */
export const place = z.object(
  {
    latitude: degrees(90),
    longitude: degrees(180),
    name: shortText(1_000).nullable().default(null),
    address: shortText(1_000).nullable().default(null),
  },
  { error: 'must have a latitude from -90 to 90 and a longitude from -180 to 180' },
);

/** A phone number, in digits; WhatsApp's addresses are refused. */
export const phoneNumber = recipient.transform(
  typed((to) => (to.kind === 'number' ? to.number : undefined), 'must contain phone numbers with country code'),
);

const NUMBERS = 'needs 1 to 20 phone numbers for each card';
const writtenCard = z.object({
  name: shortText(255),
  numbers: z.array(phoneNumber, NUMBERS).min(1, NUMBERS).max(20, NUMBERS),
});
const vcard = z
  .string('must contain a vCard')
  .max(65_536, 'must contain a vCard')
  .regex(/^BEGIN:VCARD\r?\n[^]*END:VCARD\s*$/i, 'must contain a vCard');

const card = z
  .union([writtenCard, z.object({ vcard })], { error: 'must have a name and numbers, or a vcard' })
  .transform((given): ContactCard => ('vcard' in given ? cardOf(given.vcard) : { ...given, vcard: null }));

function cardOf(text: string): ContactCard {
  return { name: /^FN[^:\r\n]*:(.*)$/im.exec(text)?.[1]?.trim() ?? null, numbers: [], vcard: text };
}

const POLL_OPTIONS = `needs 2 to ${MAX_POLL.options} options`;

const CARDS = `needs 1 to ${MAX_CARDS} cards`;
/** The contact cards of a message. */
export const cards = z.array(card, CARDS).min(1, CARDS).max(MAX_CARDS, CARDS);

/** The emoji of a reaction. */
export const emoji = z
  .string('must be an emoji, or null')
  .max(32, 'must be an emoji, or null')
  .transform((text) => (text === '' ? null : text))
  .nullable()
  .meta({ description: 'null removes an earlier reaction.', example: '👍' });

/** A poll. */
export const poll = z
  .object(
    {
      name: shortText(MAX_POLL.name),
      options: z
        .array(shortText(MAX_POLL.option), POLL_OPTIONS)
        .min(2, POLL_OPTIONS)
        .max(MAX_POLL.options, POLL_OPTIONS),
      selectable_count: z
        .int('must have a whole number of selectable options')
        .min(0, 'must have a whole number of selectable options')
        .default(1)
        .meta({ description: 'How many options a voter may select; 0 for any number.' }),
    },
    'must have a name and options',
  )
  .refine(({ options }) => new Set(options).size === options.length, 'must not repeat an option')
  .refine(
    ({ options, selectable_count }) => selectable_count <= options.length,
    'must not allow more choices than there are options',
  );
