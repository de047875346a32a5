import { z } from 'zod';
import { parseGroupId } from '../../domain/address.ts';
import { JOIN_METHODS, type ParticipantRefusal } from '../../domain/group.ts';
import { parsedText } from '../typed.ts';
import { sessionParams } from './common.ts';
import { recipient } from './message-fields.ts';

const groupId = parsedText(parseGroupId, 'is not the id of a group').meta({
  description: '`…@g.us`, or its digits.',
  example: '120363012345678901@g.us',
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

const CODE = /^(?:(?:https?:\/\/)?chat\.whatsapp\.com\/(?:invite\/)?)?([\w-]{10,64})(?:[?#].*)?$/;
const INVITE = 'is not the code of an invite link';

/** The path parameters of everything about one invite link. */
export const inviteParams = z.object({
  ...sessionParams.shape,
  code: parsedText((text) => CODE.exec(text.trim())?.[1], INVITE).meta({
    description: 'What the link ends with, or the link itself.',
    example: 'BYWNEUCdFPO2fQhhXlqMyB',
  }),
});

/** A malformed code is refused like an unknown one. */
export const INVITE_REFUSALS = { code: 'invite_not_valid' } as const;

/** The path parameters of a group within a community. */
export const linkedGroupParams = z.object({ ...groupParams.shape, linkedGroupId: groupId });

/** A group that a body names. */
export const groupInBody = groupId;

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

/** WhatsApp offers no others. */
const TIMERS = [0, 86_400, 604_800, 7_776_000] as const;
const IS = 'must be true or false';

/** What can be changed of a group. */
export const groupChanges = z
  .object({
    subject: groupSubject.optional(),
    description: groupDescription.optional(),
    announce: z.boolean(IS).optional(),
    locked: z.boolean(IS).optional(),
    member_add: z.enum(['admins', 'everybody'], 'must be admins or everybody').optional(),
    join_approval: z.boolean(IS).optional(),
    disappearing_seconds: z.literal(TIMERS, `must be one of ${TIMERS.join(', ')}`).optional(),
  })
  .refine((changes) => Object.values(changes).some((change) => change !== undefined), {
    path: ['subject'],
    error: 'or another change is required',
  });
const names = {
  number: z.string().nullable().meta({ description: 'Digits with country code; null when WhatsApp gave only a LID.' }),
  lid: z.string().nullable(),
};

const settings = {
  announce: z.boolean().meta({ description: 'Whether only admins may write.' }),
  locked: z.boolean().meta({ description: 'Whether only admins may change subject, description and picture.' }),
  member_add: z.enum(['admins', 'everybody']).meta({ description: 'Who may add members.' }),
  join_approval: z
    .boolean()
    .meta({ description: 'Whether admins decide about everybody who follows the invite link.' }),
  disappearing_seconds: z.int().nonnegative().meta({ description: 'After this time messages disappear; 0 is never.' }),
};

const member = z.strictObject({
  ...names,
  role: z.enum(['member', 'admin', 'superadmin']),
  username: z
    .string()
    .nullable()
    .meta({ description: 'The username that they chose, where WhatsApp tells it with the group.' }),
});

/** A group. */
export const group = z
  .strictObject({
    group_id: z.string(),
    subject: z.string(),
    description: z.string().nullable(),
    owner: z.strictObject(names).nullable(),
    created_at: z.iso.datetime().nullable(),
    size: z.int().nonnegative(),
    ...settings,
    is_community: z.boolean(),
    community_id: z.string().nullable().meta({ description: 'The community to which the group belongs.' }),
    participants: z.array(member),
  })
  .meta({ id: 'Group' });

/** A group as somebody sees it who has its invite link. */
export const invitedGroup = group.omit({ participants: true }).meta({ id: 'InvitedGroup' });

/** Somebody who wants to join. */
export const joinRequest = z
  .strictObject({
    ...names,
    method: z.enum(JOIN_METHODS).meta({ description: 'How it came: by the link, by the proposal of a member, ….' }),
    requested_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'JoinRequest' });

/** A group of a community. */
export const linkedGroup = z
  .strictObject({
    group_id: z.string(),
    subject: z.string(),
    is_announcements: z.boolean().meta({ description: 'Whether it is the one for announcements.' }),
    size: z.int().nonnegative().nullable(),
  })
  .meta({ id: 'LinkedGroup' });

const REASONS = [
  ...['not_on_whatsapp', 'not_in_group', 'already_in_group', 'left_recently', 'needs_invitation', 'group_full'],
  ...['no_request', 'not_allowed', 'refused'],
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

/** A group for the documentation, as its invite link shows it. */
export const EXAMPLE_INVITED: z.infer<typeof invitedGroup> = {
  group_id: '120363012345678901@g.us',
  subject: 'Ventas',
  description: null,
  owner: ANA,
  created_at: '2024-01-15T10:30:00.000Z',
  size: 2,
  announce: false,
  locked: true,
  member_add: 'admins',
  join_approval: false,
  disappearing_seconds: 604_800,
  is_community: false,
  community_id: null,
};

/** A group for the documentation. */
export const EXAMPLE_GROUP: z.infer<typeof group> = {
  ...EXAMPLE_INVITED,
  participants: [
    { ...ANA, role: 'superadmin', username: 'ana.garcia' },
    { number: '5491234567890', lid: '234567890123456@lid', role: 'member', username: null },
  ],
};

/** Participant results for the documentation. */
export const EXAMPLE_RESULTS: z.infer<typeof participantResult>[] = [
  { ...ANA, done: true, reason: null, code: null },
  { number: '5491133445566', lid: null, done: false, reason: 'needs_invitation', code: '403' },
];
