import { z } from 'zod';
import { PRIVACY_NAMES, PRIVACY_VALUES, type PrivacyName } from '../../domain/account.ts';
import { type Recipient, parseRecipient } from '../../domain/address.ts';
import { typed } from '../typed.ts';
import { CONNECTION_ERRORS } from './chat-schemas.ts';
import { sessionParams } from './common.ts';
import { messageId, recipient, shortText } from './message-fields.ts';

/** The errors of every request that changes what phone and devices share. */
export const APP_STATE_ERRORS = [...CONNECTION_ERRORS, 'app_state_not_ready'] as const;

const UNKNOWN_CHAT = 'is not a phone number with country code, nor a WhatsApp address';
/** A person or a group. */
const chatId = z.string({ error: UNKNOWN_CHAT }).transform(typed(parseRecipient, UNKNOWN_CHAT)).meta({
  description: 'Digits with country code, or the WhatsApp address of a person or a group.',
  example: '5491234567890',
});

/** The path parameters of everything about one chat. */
export const chatParams = z.object({ ...sessionParams.shape, chatId });

const UNKNOWN_PERSON = 'is not a phone number with country code, nor a LID';
const isPerson = (who: Recipient) => who.kind === 'number' || who.jid.endsWith('@lid');
const personId = z
  .string({ error: UNKNOWN_PERSON })
  .transform(typed(parseRecipient, UNKNOWN_PERSON))
  .refine(isPerson, UNKNOWN_PERSON)
  .meta({ description: 'Digits with country code, or a LID.', example: '5491234567890' });

/** The path parameters of everything about one person. */
export const personParams = z.object({ ...sessionParams.shape, contactId: personId });

/** A person in a body. */
export const personField = recipient.refine(isPerson, UNKNOWN_PERSON).meta({
  id: 'PersonId',
  description: 'Digits with country code, or a LID.',
  example: '5491234567890',
});

/** The path parameters of everything about one message. */
export const messageParams = z.object({ ...sessionParams.shape, messageId });

/** A person as WhatsApp identifies people. */
export const person = z
  .strictObject({
    number: z
      .string()
      .nullable()
      .meta({ description: 'Digits with country code; null when WhatsApp gave only a LID.' }),
    lid: z.string().nullable(),
  })
  .meta({ id: 'Person' });

/** A person for the documentation. */
export const ANA = { number: '5491122334455', lid: '123456789012345@lid' };

/** A person with the names that are known. */
export const namedPerson = z
  .strictObject({
    number: z.string().nullable(),
    lid: z.string().nullable(),
    push_name: z.string().nullable().meta({ description: 'The name that they chose.' }),
    saved_name: z.string().nullable().meta({ description: 'The name in the address book of the account.' }),
    username: z
      .string()
      .nullable()
      .meta({ description: 'The username that they chose, as far as WhatsApp has told it.' }),
  })
  .meta({ id: 'NamedPerson' });

/** A name in the address book. */
export const contactEntry = z.object({
  full_name: shortText(100),
  first_name: shortText(100)
    .nullable()
    .default(null)
    .meta({ description: 'null takes the first word of "full_name".' }),
});

/** What somebody says about themselves. */
export const about = z
  .strictObject({
    text: z.string().nullable().meta({ description: 'null when there is none, or it is not shown to this account.' }),
    set_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'About' });

/** The profile of a business. */
export const businessProfile = z
  .strictObject({
    description: z.string().nullable(),
    category: z.string().nullable(),
    address: z.string().nullable(),
    email: z.string().nullable(),
    websites: z.array(z.string()),
    timezone: z.string().nullable(),
    hours: z.array(
      z.strictObject({
        day: z.string(),
        mode: z.string().meta({ description: 'In WhatsApp’s words, such as "specific_hours" or "open_24h".' }),
        opens_at_minute: z.int().nullable().meta({ description: 'Minutes from midnight.' }),
        closes_at_minute: z.int().nullable(),
      }),
    ),
  })
  .meta({ id: 'BusinessProfile' });

/** The account as others see it. */
export const ownProfile = z
  .strictObject({
    number: z.string().nullable(),
    lid: z.string().nullable(),
    name: z.string().nullable().meta({ description: 'null until WhatsApp has sent it.' }),
    about,
    picture_url: z.string().nullable().meta({ description: 'At WhatsApp; it expires after a while.' }),
  })
  .meta({ id: 'OwnProfile' });

const NAME_WANTED = 'must be a name of 1 to 25 characters';
/** The name of the account; WhatsApp's own limit. */
export const ownName = z
  .string(NAME_WANTED)
  .max(25, NAME_WANTED)
  .refine((name) => name.trim() !== '', NAME_WANTED)
  .transform((name) => name.trim().toWellFormed());

const ABOUT_WANTED = 'must be a text of at most 139 characters';
/** The text about the account; WhatsApp's own limit. */
export const ownAbout = z
  .string(ABOUT_WANTED)
  .max(139, ABOUT_WANTED)
  .transform((text) => text.toWellFormed());

/** The privacy settings as WhatsApp gave them. */
export const privacySettings = z
  .strictObject(
    Object.fromEntries(PRIVACY_NAMES.map((name) => [name, z.string().nullable()])) as Record<
      PrivacyName,
      z.ZodNullable<z.ZodString>
    >,
  )
  .meta({ id: 'PrivacySettings', description: 'In WhatsApp’s words; null where it gave none.' });

const oneOf = <Name extends PrivacyName>(name: Name) =>
  z
    .enum(PRIVACY_VALUES[name], {
      error: `must be one of ${PRIVACY_VALUES[name].join(', ')}`,
    })
    .optional();

/** Changes of privacy settings. */
export const privacyChange = z
  .object({
    last_seen: oneOf('last_seen'),
    online: oneOf('online'),
    profile_picture: oneOf('profile_picture'),
    about: oneOf('about'),
    read_receipts: oneOf('read_receipts'),
    groups: oneOf('groups'),
    calls: oneOf('calls'),
    messages: oneOf('messages'),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), {
    error: `must name at least one of ${PRIVACY_NAMES.join(', ')}`,
  });
