import { z } from 'zod';
import { parseGroupId, parsePhoneNumber, parseRecipient } from '../domain/address.ts';
import { sessionParams } from './schemas.ts';

/** A number as people write it. */
export const phoneNumber = typed(parsePhoneNumber, 'is not a phone number with country code').meta({
  description: 'Digits with country code, decorated or not.',
  example: '5491234567890',
});

const groupId = typed(parseGroupId, 'is not the id of a group').meta({
  description: '`…@g.us`, or its digits.',
  example: '120363012345678901@g.us',
});

const contactId = typed(parseRecipient, 'is not a phone number with country code, nor a WhatsApp address').meta({
  description: 'Digits with country code, or the WhatsApp address of a person or a group.',
  example: '5491234567890',
});

/** The path of everything about one group. */
export const groupParams = z.object({ ...sessionParams.shape, groupId });

/** The code for a `groupId` of the wrong form: nobody needs to tell "no such" from "no such form". */
export const GROUP_REFUSALS = { groupId: 'group_not_found' } as const;

/** The path of everything about one contact. */
export const contactParams = z.object({ ...sessionParams.shape, contactId });

/** What every question on a session's line can be refused with. */
export const LINE_ERRORS = [
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

/** A group as REST shows it. */
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

/** Text that `parse` makes something of; else it is refused, with `complaint` after the field's name. */
function typed<Value>(parse: (text: string) => Value | undefined, complaint: string) {
  return z.string({ error: complaint }).transform((text, context): Value => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue(complaint);
    return z.NEVER;
  });
}
