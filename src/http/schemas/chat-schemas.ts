import { z } from 'zod';
import { parseGroupId, parsePhoneNumber, parseRecipient } from '../../domain/address.ts';
import { type ParticipantRefusal } from '../../domain/group.ts';
import { typed } from '../typed.ts';
import { sessionParams } from './common.ts';
import { recipient } from './message-fields.ts';

const textAs = <Value>(parse: (text: string) => Value | undefined, complaint: string) =>
  z.string({ error: complaint }).transform(typed(parse, complaint));

/** A phone number as people write it. */
export const phoneNumber = textAs(parsePhoneNumber, 'is not a phone number with country code').meta({
  description: 'Digits with country code, formatted or not.',
  example: '5491234567890',
});

const groupId = textAs(parseGroupId, 'is not the id of a group').meta({
  description: '`…@g.us`, or its digits.',
  example: '120363012345678901@g.us',
});

const contactId = textAs(parseRecipient, 'is not a phone number with country code, nor a WhatsApp address').meta({
  description: 'Digits with country code, or the WhatsApp address of a person or a group.',
  example: '5491234567890',
});

/** The path parameters of everything about one group. */
export const groupParams = z.object({ ...sessionParams.shape, groupId });

/** A malformed `groupId` is refused like an unknown one: callers need not tell them apart. */
export const GROUP_REFUSALS = { groupId: 'group_not_found' } as const;

/** The size limit of WhatsApp groups, without the account itself. */
const MAX_PARTICIPANTS = 1_023;
const PARTICIPANTS = `must be a list of 1 to ${MAX_PARTICIPANTS} phone numbers with country code, or LIDs`;

/** People to add to a group or to change in it. */
export const participants = z
  .array(
    recipient.refine((person) => person.kind === 'number' || person.jid.endsWith('@lid'), PARTICIPANTS),
    PARTICIPANTS,
  )
  .min(1, PARTICIPANTS)
  .max(MAX_PARTICIPANTS, PARTICIPANTS)
  .meta({ description: 'Digits with country code, or LIDs.', example: ['5491122334455'] });

const MAX_SUBJECT = 100;
const SUBJECT = `must be a text of 1 to ${MAX_SUBJECT} characters`;
const MAX_DESCRIPTION = 2_048;
const DESCRIPTION = `must be a text of at most ${MAX_DESCRIPTION} characters, or null`;

/** The subject of a group: its name. */
export const groupSubject = z
  .string(SUBJECT)
  .max(MAX_SUBJECT, SUBJECT)
  .refine((text) => text.trim() !== '', SUBJECT)
  .transform((text) => text.toWellFormed());

/** The description of a group; an empty text removes it. */
export const groupDescription = z
  .string(DESCRIPTION)
  .max(MAX_DESCRIPTION, DESCRIPTION)
  .transform((text) => (text.trim() === '' ? null : text.toWellFormed()))
  .nullable();

/** The path parameters of everything about one contact. */
export const contactParams = z.object({ ...sessionParams.shape, contactId });

/** The errors of every request that needs the session's connection. */
export const CONNECTION_ERRORS = [
  'session_not_found',
  'session_not_connected',
  'not_allowed',
  'whatsapp_refused',
  'rate_limited',
  'whatsapp_timeout',
] as const;

const names = {
  number: z.string().nullable().meta({ description: 'Digits with country code; null when WhatsApp gave only a LID.' }),
  lid: z.string().nullable(),
};

/** A group. */
export const group = z
  .strictObject({
    group_id: z.string(),
    subject: z.string(),
    description: z.string().nullable(),
    owner: z.strictObject(names).nullable(),
    created_at: z.iso.datetime().nullable(),
    size: z.int().nonnegative(),
    announce: z.boolean().meta({ description: 'Whether only admins may write.' }),
    participants: z.array(z.strictObject({ ...names, role: z.enum(['member', 'admin', 'superadmin']) })),
  })
  .meta({ id: 'Group' });

const REASONS = [
  ...['not_on_whatsapp', 'not_in_group', 'already_in_group', 'left_recently', 'needs_invitation', 'group_full'],
  ...['not_allowed', 'refused'],
] as ParticipantRefusal[];

/** The result for one participant of a group change. */
export const participantResult = z
  .strictObject({
    ...names,
    done: z.boolean(),
    reason: z.enum(REASONS).nullable().meta({ description: 'Why it failed.' }),
    code: z.string().nullable().meta({ description: 'WhatsApp’s own error code.' }),
  })
  .meta({ id: 'ParticipantResult' });

const ANA = { number: '5491122334455', lid: '123456789012345@lid' };

/** A group for the documentation. */
export const EXAMPLE_GROUP: z.infer<typeof group> = {
  group_id: '120363012345678901@g.us',
  subject: 'Ventas',
  description: null,
  owner: ANA,
  created_at: '2024-01-15T10:30:00.000Z',
  size: 2,
  announce: false,
  participants: [
    { ...ANA, role: 'superadmin' },
    { number: '5491234567890', lid: '234567890123456@lid', role: 'member' },
  ],
};

/** Participant results for the documentation. */
export const EXAMPLE_RESULTS: z.infer<typeof participantResult>[] = [
  { ...ANA, done: true, reason: null, code: null },
  { number: '5491133445566', lid: null, done: false, reason: 'needs_invitation', code: '403' },
];
